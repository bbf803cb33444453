import type { GrpcMethod } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { ClusterMember, EtcdApi } from '../index.ts'
import { decode, unary } from './method.ts'

export function clusterMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/etcdserverpb.Cluster/MemberList',
      unary(async (bytes, call) => {
        const request = decode(pb.MemberListRequest, bytes)
        const { header, members } = await etcd.memberList(request, call)
        return pb.MemberListResponse.encode({ header, members: members.map(memberOf) }).finish()
      }),
    ],
    [
      '/etcdserverpb.Cluster/MemberAdd',
      unary(async (bytes, call) => {
        const { peerURLs: peerUrls, isLearner } = decode(pb.MemberAddRequest, bytes)
        const answer = await etcd.memberAdd({ peerUrls, isLearner }, call)
        const members = answer.members.map(memberOf)
        const response = { header: answer.header, member: memberOf(answer.member), members }
        return pb.MemberAddResponse.encode(response).finish()
      }),
    ],
    [
      '/etcdserverpb.Cluster/MemberRemove',
      unary(async (bytes, call) => {
        const { ID } = decode(pb.MemberRemoveRequest, bytes)
        const { header, members } = await etcd.memberRemove(ID, call)
        return pb.MemberRemoveResponse.encode({ header, members: members.map(memberOf) }).finish()
      }),
    ],
    [
      '/etcdserverpb.Cluster/MemberUpdate',
      unary(async (bytes, call) => {
        const { ID: id, peerURLs: peerUrls } = decode(pb.MemberUpdateRequest, bytes)
        const { header, members } = await etcd.memberUpdate({ id, peerUrls }, call)
        return pb.MemberUpdateResponse.encode({ header, members: members.map(memberOf) }).finish()
      }),
    ],
    [
      '/etcdserverpb.Cluster/MemberPromote',
      unary(async (bytes, call) => {
        const { ID } = decode(pb.MemberPromoteRequest, bytes)
        const { header, members } = await etcd.memberPromote(ID, call)
        return pb.MemberPromoteResponse.encode({ header, members: members.map(memberOf) }).finish()
      }),
    ],
  ]
}

function memberOf({ id, name, peerUrls, clientUrls, isLearner }: ClusterMember) {
  return {
    ID: BigInt(id),
    name,
    peerURLs: [...peerUrls],
    clientURLs: [...clientUrls],
    isLearner,
  }
}
