export { Kubelet, type KubeletConfig, type KubeletParts } from './kubelet.ts'
export type { NodeFacts } from './node-status.ts'
export { HollowRuntime, type HollowRuntimeConfig } from './runtime/hollow/index.ts'
export {
  type ImageCatalog,
  type ImageProgram,
  type MountMode,
  ProcessRuntime,
  type ProcessRuntimeConfig,
  type ProcessRuntimeParts,
} from './runtime/process/index.ts'
export type { Runtime } from './runtime/types.ts'
