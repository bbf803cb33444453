import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi, PutRequest } from '../index.ts'
import { encodeDeleteRange, encodePut, encodeRange, encodeTxn } from './encode.ts'
import { decodePut } from '../payload.ts'
import { answered, decode, unary } from './method.ts'

export function kvMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/etcdserverpb.KV/Range',
      answered((bytes, call) => etcd.range(decode(pb.RangeRequest, bytes), call), encodeRange),
    ],
    [
      '/etcdserverpb.KV/Put',
      answered((encoded, call) => etcd.put(readPut(encoded), call.with(encoded)), encodePut),
    ],
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

/** By hand, as most requests are puts; what that cannot read is refused in protobuf's words. */
function readPut(encoded: Uint8Array): PutRequest {
  try {
    return decodePut(encoded)
  } catch (error) {
    if (error instanceof RangeError) return decode(pb.PutRequest, encoded)
    throw error
  }
}
