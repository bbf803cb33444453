import type { GrpcMethods } from '../../base/index.ts'
import type { EtcdApi } from '../index.ts'
import { authMethods } from './auth.ts'
import { clusterMethods } from './cluster.ts'
import { kvMethods } from './kv.ts'
import { leaseMethods } from './lease.ts'
import { maintenanceMethods, type OpenBackup } from './maintenance.ts'
import { requireLeader } from './require-leader.ts'
import { watchMethods, type WatchRpcOptions } from './watch.ts'

export interface EtcdMethodsOptions extends WatchRpcOptions {
  readonly etcd: EtcdApi
  /** Makes the bytes of `etcdctl snapshot save`. */
  readonly backup: OpenBackup
}

/**
 * etcd v3 as a gRPC server sees it. What is not here (changing members, locks and elections on the
 * server's side) is answered by the server itself: UNIMPLEMENTED.
 */
export function etcdMethods(options: EtcdMethodsOptions): GrpcMethods {
  const { etcd } = options
  const methods = [
    ...authMethods(etcd.auth),
    ...kvMethods(etcd),
    ...watchMethods(etcd, options),
    ...leaseMethods(etcd),
    ...clusterMethods(etcd),
    ...maintenanceMethods(options),
  ]
  return new Map(methods.map(([path, method]) => [path, requireLeader(etcd.leaders, method)]))
}
