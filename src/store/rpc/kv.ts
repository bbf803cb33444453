import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi } from '../index.ts'
import { encodeDeleteRange, encodePut, encodeRange, encodeTxn } from './encode.ts'
import { decode, unary } from './method.ts'

export function kvMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/etcdserverpb.KV/Range',
      unary(async (bytes, { signal }) =>
        encodeRange(await etcd.range(decode(pb.RangeRequest, bytes), { signal })),
      ),
    ],
    [
      '/etcdserverpb.KV/Put',
      unary(async (encoded, { signal }) =>
        encodePut(await etcd.put(decode(pb.PutRequest, encoded), { signal, encoded })),
      ),
    ],
    [
      '/etcdserverpb.KV/DeleteRange',
      unary(async (encoded, { signal }) => {
        const request = decode(pb.DeleteRangeRequest, encoded)
        return encodeDeleteRange(await etcd.deleteRange(request, { signal, encoded }))
      }),
    ],
    [
      '/etcdserverpb.KV/Txn',
      unary(async (encoded, { signal }) =>
        encodeTxn(await etcd.txn(decode(pb.TxnRequest, encoded), { signal, encoded })),
      ),
    ],
    [
      '/etcdserverpb.KV/Compact',
      unary(async (encoded, { signal }) => {
        const request = decode(pb.CompactionRequest, encoded)
        const response = await etcd.compact(request, { signal, encoded })
        return pb.CompactionResponse.encode(response).finish()
      }),
    ],
  ]
}
