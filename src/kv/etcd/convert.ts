import { GrpcError, KvError } from '../../base/index.ts'
import type { etcdserverpb as pb, mvccpb } from '../../gen/etcd.js'
import type { EtcdKeyValue, EtcdOp } from '../etcd-calls.ts'

/** gRPC's failures as the store's; anything else passes. */
export function kvError(error: unknown): unknown {
  if (!(error instanceof GrpcError)) return error
  return new KvError(error.code, error.message, { cause: error })
}

export function headerOf(response: { header?: pb.ResponseHeader.$Properties | null }) {
  return { revision: response.header?.revision ?? 0 }
}

const NOTHING = new Uint8Array(0)

export function keyValueOf(kv: mvccpb.KeyValue.$Properties): EtcdKeyValue {
  return {
    key: kv.key ?? NOTHING,
    value: kv.value ?? NOTHING,
    createRevision: kv.createRevision ?? 0,
    modRevision: kv.modRevision ?? 0,
    version: kv.version ?? 0,
    lease: kv.lease ?? 0n,
  }
}

export function opOf(op: pb.ResponseOp.$Properties): EtcdOp {
  if (op.responseRange) {
    return { kind: 'range', kvs: (op.responseRange.kvs ?? []).map(keyValueOf) }
  }
  if (op.responseDeleteRange) {
    const prevKvs = (op.responseDeleteRange.prevKvs ?? []).map(keyValueOf)
    return { kind: 'delete-range', prevKvs }
  }
  return { kind: op.responseTxn ? 'txn' : 'put' }
}
