import type { GrpcMethod, GrpcMethods } from '../../base/index.ts'
import type { EtcdApi } from '../index.ts'
import { authMethods } from './auth.ts'
import { clusterMethods } from './cluster.ts'
import { electionMethods } from './election.ts'
import { healthMethods } from './health.ts'
import { kvMethods } from './kv.ts'
import { leaseMethods } from './lease.ts'
import { unlessLearner } from './learner.ts'
import { lockMethods } from './lock.ts'
import { maintenanceMethods, type OpenBackup } from './maintenance.ts'
import { reflectionMethods } from './reflection.ts'
import { requireLeader } from './require-leader.ts'
import { watchMethods, type WatchRpcOptions } from './watch.ts'

export interface EtcdMethodsOptions extends WatchRpcOptions {
  readonly etcd: EtcdApi
  /** Makes the bytes of `etcdctl snapshot save`. */
  readonly backup: OpenBackup
}

/** etcd v3 as a gRPC server sees it, with gRPC's own services: health and reflection. */
export function etcdMethods(options: EtcdMethodsOptions): GrpcMethods {
  const { etcd } = options
  const methods = [
    ...authMethods(etcd.auth),
    ...kvMethods(etcd),
    ...watchMethods(etcd, options),
    ...leaseMethods(etcd),
    ...clusterMethods(etcd),
    ...maintenanceMethods(options),
    ...lockMethods(etcd),
    ...electionMethods(etcd),
    ...healthMethods(),
  ]
  const served = methods.map(([path]) => path)
  const guarded = [...methods, ...reflectionMethods(served)].map(
    ([path, method]): [string, GrpcMethod] => {
      return [path, requireLeader(etcd.leaders, unlessLearner(etcd, path, method))]
    },
  )
  return new Map(guarded)
}
