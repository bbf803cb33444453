import { GrpcCode, type GrpcMethod, KvError } from '../../base/index.ts'
import { v3lockpb as pb } from '../../gen/etcd.js'
import type { EtcdApi } from '../index.ts'
import { decode, type RpcCall } from './method.ts'
import { asClient, type Place, sessionLease, takePlace, waitUntilFirst } from './queue.ts'

const EMPTY = new Uint8Array(0)
/** Until a waiter that gave up has taken its key back. */
const CLEAN_UP = new AbortController().signal

/** etcd's Lock service: who holds the oldest key under a name holds the lock. */
export function lockMethods(etcd: EtcdApi): [path: string, method: GrpcMethod][] {
  return [
    [
      '/v3lockpb.Lock/Lock',
      asClient(async (bytes, call) => {
        const { name, lease } = decode(pb.LockRequest, bytes)
        return pb.LockResponse.encode(await lock(etcd, { name, lease }, call)).finish()
      }),
    ],
    [
      '/v3lockpb.Lock/Unlock',
      asClient(async (bytes, call) => {
        const { key } = decode(pb.UnlockRequest, bytes)
        const { header } = await etcd.deleteRange({ key }, call)
        return pb.UnlockResponse.encode({ header }).finish()
      }),
    ],
  ]
}

async function lock(
  etcd: EtcdApi,
  request: { name: Uint8Array; lease: bigint },
  call: RpcCall,
): Promise<pb.LockResponse.$Properties> {
  const lease = await sessionLease(etcd, request.lease, call)
  const prefix = Buffer.concat([request.name, Buffer.from('/')])
  const place = await takePlace(etcd, { prefix, lease, value: EMPTY }, call)
  const { key, createRevision, first, header } = place
  if (!first || first.createRevision === createRevision) return { header, key }
  try {
    await waitUntilFirst(etcd, { prefix, createRevision }, call)
    return await held(etcd, place, call)
  } catch (error) {
    // As the member itself: the caller has gone, and its key would be in everyone's way.
    await etcd.deleteRange({ key }, { signal: CLEAN_UP }).catch(() => undefined)
    throw error
  }
}

/** The lease may have expired during the wait, and the key with it. */
async function held(
  etcd: EtcdApi,
  { key }: Place,
  call: RpcCall,
): Promise<pb.LockResponse.$Properties> {
  const { kvs, header } = await etcd.range({ key }, call)
  if (kvs.length === 0) throw new KvError(GrpcCode.unknown, 'mutex: session is expired')
  return { header, key }
}
