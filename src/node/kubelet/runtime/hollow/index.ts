export { HollowRuntime, type HollowRuntimeConfig } from './hollow-runtime.ts'
