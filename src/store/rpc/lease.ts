import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi } from '../index.ts'
import { decode, type RpcCall, stream, unary } from './method.ts'

export function leaseMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/etcdserverpb.Lease/LeaseGrant',
      unary(async (bytes, call) => {
        const granted = await etcd.leaseGrant(decode(pb.LeaseGrantRequest, bytes), call)
        const { header, id: ID, ttlSeconds: TTL } = granted
        return pb.LeaseGrantResponse.encode({ header, ID, TTL }).finish()
      }),
    ],
    ['/etcdserverpb.Lease/LeaseRevoke', revoke(etcd)],
    [
      '/etcdserverpb.Lease/LeaseKeepAlive',
      stream((requests, call) => keepAlive(etcd, requests, call)),
    ],
    [
      '/etcdserverpb.Lease/LeaseTimeToLive',
      unary(async (bytes, call) => {
        const { ID, keys } = decode(pb.LeaseTimeToLiveRequest, bytes)
        const times = await etcd.leaseTimeToLive({ id: ID, keys }, call)
        return pb.LeaseTimeToLiveResponse.encode({
          header: times.header,
          ID: times.id,
          TTL: times.ttlSeconds,
          grantedTTL: times.grantedTtlSeconds,
          keys: [...times.keys],
        }).finish()
      }),
    ],
    [
      '/etcdserverpb.Lease/LeaseLeases',
      unary(async (_bytes, call) => {
        const { header, ids } = await etcd.leaseLeases(call)
        const leases = ids.map((ID) => ({ ID }))
        return pb.LeaseLeasesResponse.encode({ header, leases }).finish()
      }),
    ],
  ]
}

function revoke(etcd: EtcdApi): GrpcMethod {
  return unary(async (bytes, call) => {
    const { ID } = decode(pb.LeaseRevokeRequest, bytes)
    return pb.LeaseRevokeResponse.encode(await etcd.leaseRevoke(ID, call)).finish()
  })
}

/** One answer per request, in order. */
async function* keepAlive(
  etcd: EtcdApi,
  requests: AsyncIterable<Uint8Array>,
  call: RpcCall,
): AsyncGenerator<Uint8Array> {
  for await (const bytes of requests) {
    const { ID } = decode(pb.LeaseKeepAliveRequest, bytes)
    const { header, ttlSeconds: TTL } = await etcd.leaseKeepAlive(ID, call)
    yield pb.LeaseKeepAliveResponse.encode({ header, ID, TTL }).finish()
  }
}
