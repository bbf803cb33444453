export { Scheduler, type SchedulerDependencies } from './scheduler.ts'
export { readSchedulerConfig, type SchedulerConfig, SchedulerConfigError } from './config/index.ts'
