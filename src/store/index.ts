export type { Outcome } from './commands/index.ts'
export { EtcdStore, type EtcdStoreOptions } from './etcd.ts'
export type * from './etcd-api.ts'
export { hashOfBackup } from './hash-backup.ts'
export { EtcdState, type EtcdStateOptions } from './etcd-state.ts'
export {
  ClusterConfigError,
  type ClusterIdentity,
  clusterIdentity,
  DataFolderError,
  decodeKnown,
  joinedIdentity,
  MemberRemovedError,
  MemberDelays,
  storedIdentity,
  type InitialCluster,
  type InitialMember,
  type LogLimits,
  type MemberTiming,
} from './member/index.ts'
export type * from './member-types.ts'
export { type BackendEntry, decodeEntries, encodeEntries, KeyValue } from './mvcc/index.ts'
export { type OpenStore, type OpenStoreOptions, openStore } from './open.ts'
export { type RestoreOptions, restoreSnapshot } from './restore.ts'
export type * from './state-machine.ts'
export { type AuthOptions, ETCD_VERSION } from './services/index.ts'
export type { AutoCompactionMode } from './services/index.ts'
