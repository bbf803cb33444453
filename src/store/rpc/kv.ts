import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi } from '../index.ts'
import { encodeDeleteRange, encodePut, encodeRange, encodeTxn } from './encode.ts'
import { decode, unary } from './method.ts'

export function kvMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/etcdserverpb.KV/Range',
      unary(async (bytes, call) =>
        encodeRange(await etcd.range(decode(pb.RangeRequest, bytes), call)),
      ),
    ],
    [
      '/etcdserverpb.KV/Put',
      unary(async (encoded, call) =>
        encodePut(await etcd.put(decode(pb.PutRequest, encoded), call.with(encoded))),
      ),
    ],
    [
      '/etcdserverpb.KV/DeleteRange',
      unary(async (encoded, call) => {
        const request = decode(pb.DeleteRangeRequest, encoded)
        return encodeDeleteRange(await etcd.deleteRange(request, call.with(encoded)))
      }),
    ],
    [
      '/etcdserverpb.KV/Txn',
      unary(async (encoded, call) =>
        encodeTxn(await etcd.txn(decode(pb.TxnRequest, encoded), call.with(encoded))),
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
