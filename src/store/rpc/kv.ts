import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi, Headed, PutRequest, PutResult } from '../index.ts'
import { encodeDeleteRange, encodePut, encodeRange, encodeTxn } from './encode.ts'
import { decodePut } from '../payload.ts'
import { answered, decode, type RpcCall, unary } from './method.ts'

export function kvMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/etcdserverpb.KV/Range',
      answered((bytes, call) => etcd.range(decode(pb.RangeRequest, bytes), call), encodeRange),
    ],
    ['/etcdserverpb.KV/Put', answered((encoded, call) => put(etcd, encoded, call), encodePut)],
    [
      '/etcdserverpb.KV/DeleteRange',
      answered(
        (encoded, call) =>
          etcd.deleteRange(decode(pb.DeleteRangeRequest, encoded), call.with(encoded)),
        encodeDeleteRange,
      ),
    ],
    [
      '/etcdserverpb.KV/Txn',
      answered(
        (encoded, call) => etcd.txn(decode(pb.TxnRequest, encoded), call.with(encoded)),
        encodeTxn,
      ),
    ],
    [
      '/etcdserverpb.KV/Compact',
      unary(async (encoded, call) => {
        const request = decode(pb.CompactionRequest, encoded)
        const response = await etcd.compact(request, call.with(encoded))
        return pb.CompactionResponse.encode(response).finish()
      }),
    ],
  ]
}

/**
 * Read by hand, as most requests are puts, and replicated as the client sent it. What that cannot
 * read is refused in protobuf's words, or encoded anew: members read by hand as well, and an entry
 * that cannot be applied would stop every one of them, again and again.
 */
function put(etcd: EtcdApi, encoded: Uint8Array, call: RpcCall): Promise<Headed<PutResult>> {
  let request: PutRequest
  try {
    request = decodePut(encoded)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return etcd.put(decode(pb.PutRequest, encoded), call)
  }
  return etcd.put(request, call.with(encoded))
}
