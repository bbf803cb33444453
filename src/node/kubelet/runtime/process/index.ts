export { AddressPool } from '../address-pool.ts'
export type { ImageCatalog, ImageProgram } from './images.ts'
export type { MountMode } from './mounts.ts'
export {
  ProcessRuntime,
  type ProcessRuntimeConfig,
  type ProcessRuntimeParts,
} from './process-runtime.ts'
