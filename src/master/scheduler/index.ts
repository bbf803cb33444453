export { DEFAULT_SCHEDULER_NAME, Scheduler, type SchedulerDependencies } from './scheduler.ts'
