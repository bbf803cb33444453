export * from './ports.ts'
export { pointInTime, wholeNumber } from './options.ts'
export { runCli } from './run.ts'
