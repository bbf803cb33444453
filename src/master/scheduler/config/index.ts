export { DEFAULT_CONFIG, DEFAULT_SCHEDULER_NAME, defaultChoices } from './defaults.ts'
export { readSchedulerConfig } from './read.ts'
export * from './types.ts'
