import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi } from '../index.ts'
import { decode, unary } from './method.ts'

export function clusterMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/etcdserverpb.Cluster/MemberList',
      unary(async (bytes, call) => {
        const request = decode(pb.MemberListRequest, bytes)
        const { header, members } = await etcd.memberList(request, call)
        return pb.MemberListResponse.encode({
          header,
          members: members.map(({ id, name, peerUrls, clientUrls, isLearner }) => ({
            ID: BigInt(id),
            name,
            peerURLs: [...peerUrls],
            clientURLs: [...clientUrls],
            isLearner,
          })),
        }).finish()
      }),
    ],
  ]
}
