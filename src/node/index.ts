export { CertificateKeeper, type CertificatePair, isGood } from './certificate-keeper.ts'
export { DNS_ADDRESS_ANNOTATION } from './dns/index.ts'
export type { ImageCatalog, ImageProgram, MountMode } from './kubelet/index.ts'
export { type HollowFleetConfig, startHollowFleet } from './hollow-fleet.ts'
export {
  killLeftovers,
  type NodeConfig,
  type NodeDependencies,
  type RunningNode,
  startNode,
} from './node.ts'
export { REMAPPED_PORTS_ANNOTATION } from './proxy/index.ts'
