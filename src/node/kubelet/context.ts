import type { Clock, DeepReadonly, GrpcDial, Log, Net, Random } from '../../base/index.ts'
import type { Service, Stored } from '../../api/index.ts'
import type { Client, EventRecorder } from '../../client/index.ts'
import type { ObjectCache } from './object-cache.ts'
import type { PodView } from './pod-words.ts'
import type { PodNetworkFiles } from './pod-network-files.ts'
import type { Runtime } from './runtime/types.ts'
import type { Scope } from './scope.ts'
import type { StatusWriter } from './status-writer.ts'
import type { VolumeWriter } from './volume-writer.ts'

/** What every pod worker of a node works with. */
export interface PodContext {
  readonly nodeName: string
  readonly nodeIp: string
  /** The agent's own user; undefined: it is not known. */
  readonly ownUid: number | undefined
  readonly allocatable: Readonly<Record<string, string>>
  /** Environment that every container gets, below everything else: PATH. */
  readonly baseEnv: Readonly<Record<string, string>>
  /** Where the API server is, for a cluster that has no Service `kubernetes`. */
  readonly apiServer: { readonly host: string; readonly port: number } | undefined
  /** Where the node's proxy serves a Service's port. */
  servedPort(port: number): Promise<number>
  /** The kubelet's life: workers end with it. */
  readonly scope: Scope
  /** Pods that hold something of the node, but for this one. */
  others(uid: string): readonly PodView[]
  readonly client: Client
  readonly runtime: Runtime
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly net: Net
  readonly dialGrpc?: GrpcDial
  readonly events: EventRecorder
  readonly objects: ObjectCache
  readonly volumes: VolumeWriter
  readonly networkFiles: PodNetworkFiles
  readonly statuses: StatusWriter
  /** All Services, once they have been read. */
  services(signal: AbortSignal): Promise<readonly DeepReadonly<Stored<Service>>[]>
}
