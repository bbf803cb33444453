import { GrpcCode, type GrpcMethod, KvError } from '../../base/index.ts'
import { mvccpb, v3electionpb as pb } from '../../gen/etcd.js'
import type { CallOptions, EtcdApi, ResponseHeader } from '../index.ts'
import type { KeyValue } from '../mvcc/index.ts'
import { decode, type RpcCall, stream } from './method.ts'
import {
  asClient,
  changesOf,
  createdAt,
  oldestFirst,
  prefixRange,
  sessionLease,
  takePlace,
  waitUntilFirst,
} from './queue.ts'

const EMPTY = new Uint8Array(0)
const CLEAN_UP = new AbortController().signal

const unknown = (message: string) => new KvError(GrpcCode.unknown, message)
const notLeader = () => unknown('election: not leader')
const noLeader = () => unknown('election: no leader')
const missingLeader = () => unknown('"leader" field must be provided')

/** etcd's Election service: who holds the oldest key under a name leads, and its value proclaims. */
export function electionMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/v3electionpb.Election/Campaign',
      asClient(async (bytes, call) => {
        const request = decode(pb.CampaignRequest, bytes)
        return pb.CampaignResponse.encode(await campaign(etcd, request, call)).finish()
      }),
    ],
    [
      '/v3electionpb.Election/Proclaim',
      asClient(async (bytes, call) => {
        const { leader, value } = decode(pb.ProclaimRequest, bytes)
        if (!leader) throw missingLeader()
        return pb.ProclaimResponse.encode(await proclaim(etcd, leader, value, call)).finish()
      }),
    ],
    [
      '/v3electionpb.Election/Leader',
      asClient(async (bytes, call) => {
        const { name } = decode(pb.LeaderRequest, bytes)
        const { kvs, header } = await etcd.range({ ...under(name), ...oldestFirst }, call)
        if (!kvs[0]) throw noLeader()
        return leaderResponse(header, kvs[0])
      }),
    ],
    ['/v3electionpb.Election/Observe', stream((requests, call) => observe(etcd, requests, call))],
    [
      '/v3electionpb.Election/Resign',
      asClient(async (bytes, call) => {
        const { leader } = decode(pb.ResignRequest, bytes)
        if (!leader) throw missingLeader()
        const header = await resign(etcd, leader, call)
        return pb.ResignResponse.encode({ header }).finish()
      }),
    ],
  ]
}

function prefixOf(name: Uint8Array): Uint8Array {
  return Buffer.concat([name, Buffer.from('/')])
}

function under(name: Uint8Array) {
  return prefixRange(prefixOf(name))
}

async function campaign(
  etcd: EtcdApi,
  { name, lease: given, value }: pb.CampaignRequest,
  call: RpcCall,
): Promise<pb.CampaignResponse.$Properties> {
  const lease = await sessionLease(etcd, given, call)
  const prefix = prefixOf(name)
  const { key, createRevision, before, header } = await takePlace(
    etcd,
    { prefix, lease, value },
    call,
  )
  const leader = { name, key, rev: createRevision, lease }
  try {
    if (before && Buffer.compare(before.value, value) !== 0) {
      await proclaim(etcd, leader, value, call)
    }
    await waitUntilFirst(etcd, { prefix, createRevision }, call)
  } catch (error) {
    // As the member itself: a candidate that has gone must not be elected.
    if (call.signal.aborted) await resign(etcd, leader, { signal: CLEAN_UP }).catch(() => undefined)
    throw error
  }
  return { header, leader }
}

async function proclaim(
  etcd: EtcdApi,
  leader: pb.LeaderKey.$Properties,
  value: Uint8Array,
  call: CallOptions,
): Promise<{ header: ResponseHeader }> {
  const key = leader.key ?? EMPTY
  const put = { requestPut: { key, value, lease: leader.lease ?? 0n } }
  const compare = [createdAt(key, leader.rev ?? 0)]
  const { succeeded, header } = await etcd.txn({ compare, success: [put] }, call)
  if (!succeeded) throw notLeader()
  return { header }
}

/** Of a key that is another's by now, or gone, nothing is removed. */
async function resign(
  etcd: EtcdApi,
  leader: pb.LeaderKey.$Properties,
  call: CallOptions,
): Promise<ResponseHeader> {
  const key = leader.key ?? EMPTY
  const compare = [createdAt(key, leader.rev ?? 0)]
  const remove = { requestDeleteRange: { key } }
  return (await etcd.txn({ compare, success: [remove] }, call)).header
}

/** Who leads, now and after each change; each leader's last word is told, not each of its words. */
async function* observe(
  etcd: EtcdApi,
  requests: AsyncIterable<Uint8Array>,
  call: RpcCall,
): AsyncGenerator<Uint8Array> {
  let name: Uint8Array = EMPTY
  for await (const bytes of requests) {
    name = decode(pb.LeaderRequest, bytes).name
    break
  }
  while (!call.signal.aborted) {
    const { header, kv } = await nextLeader(etcd, name, call)
    yield leaderResponse(header, kv)
    const from = header.revision + 1
    for await (const change of changesOf(etcd, { key: kv.key, from }, call)) {
      if (change.type === 'delete') break
      yield leaderResponse(change.header, change.kv)
    }
  }
}

/** The leader, waiting for one where there is none. */
async function nextLeader(
  etcd: EtcdApi,
  name: Uint8Array,
  call: RpcCall,
): Promise<{ header: ResponseHeader; kv: KeyValue }> {
  const { kvs, header } = await etcd.range({ ...under(name), ...oldestFirst }, call)
  if (kvs[0]) return { header, kv: kvs[0] }
  const range = { ...under(name), from: header.revision }
  for await (const change of changesOf(etcd, range, call)) {
    if (change.type === 'put') {
      return { header: { ...change.header, revision: change.kv.modRevision }, kv: change.kv }
    }
  }
  throw noLeader()
}

function leaderResponse(header: ResponseHeader, { encoded }: KeyValue): Uint8Array {
  return pb.LeaderResponse.encode({ header, kv: mvccpb.KeyValue.decode(encoded) }).finish()
}
