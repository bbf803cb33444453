export { Scheduler, type SchedulerDependencies } from './scheduler.ts'
export {
  type ExtenderConfig,
  readSchedulerConfig,
  type SchedulerConfig,
  SchedulerConfigError,
} from './config/index.ts'
export { type Extender, httpExtender } from './extenders/index.ts'
