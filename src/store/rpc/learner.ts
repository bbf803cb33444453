import { GrpcCode, GrpcError, type GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi } from '../index.ts'
import { decode } from './method.ts'

const RANGE = '/etcdserverpb.KV/Range'
/** What a member without a vote answers beside reads that may be stale. */
const FOR_LEARNERS: readonly string[] = [
  RANGE,
  '/etcdserverpb.Maintenance/Status',
  '/etcdserverpb.Maintenance/Snapshot',
]

const notSupported = () =>
  new GrpcError(GrpcCode.failedPrecondition, 'etcdserver: rpc not supported for learner')

/** Refuses, on a learner, what only voters answer. */
export function unlessLearner(etcd: EtcdApi, path: string, method: GrpcMethod): GrpcMethod {
  const isEtcds = /^\/(etcdserverpb|v3lockpb|v3electionpb)\./.test(path)
  if (!isEtcds || (FOR_LEARNERS.includes(path) && path !== RANGE)) return method
  if (method.kind === 'unary') {
    return {
      kind: 'unary',
      handle(request, call) {
        if (etcd.isLearner && !isStaleRead(path, request)) throw notSupported()
        return method.handle(request, call)
      },
    }
  }
  return {
    kind: 'stream',
    handle(requests, call) {
      if (etcd.isLearner) throw notSupported()
      return method.handle(requests, call)
    },
  }
}

function isStaleRead(path: string, request: Uint8Array): boolean {
  return path === RANGE && decode(pb.RangeRequest, request).serializable
}
