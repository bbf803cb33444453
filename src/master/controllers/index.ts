export type { NodeLifecycleOptions } from './node-lifecycle.ts'
export type { PodGcOptions } from './pod-gc.ts'
export type { ControllerMetrics } from './runtime.ts'
export * from './start.ts'
