import type { etcdserverpb as pb } from '../gen/etcd.js'
import { WireReader } from './mvcc/index.ts'

/** The first byte of a replicated payload; the request follows as it came from the client. */
export const Tag = {
  put: 1,
  deleteRange: 2,
  txn: 3,
  compact: 4,
  /** `LeaseGrantRequest` with the id chosen and the time to live within its bounds. */
  leaseGrant: 5,
  leaseRevoke: 6,
  /** `LeaseKeepAliveRequest`. */
  leaseRenew: 7,
  /** A lease as it is kept on disk: revoked unless it was renewed since. */
  leaseExpire: 8,
} as const
export type Tag = (typeof Tag)[keyof typeof Tag]

export function makePayload(tag: Tag, request: Uint8Array): Uint8Array {
  const payload = Buffer.allocUnsafe(1 + request.length)
  payload[0] = tag
  payload.set(request, 1)
  return payload
}

/** `PutRequest`, by hand: most of what is ever applied. Key and value are views. */
export function decodePut(bytes: Uint8Array, start = 0): pb.PutRequest.$Properties {
  const reader = new WireReader(bytes, start)
  const put: pb.PutRequest.$Properties = {}
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === 0x0a) put.key = reader.bytes()
    else if (tag === 0x12) put.value = reader.bytes()
    else if (tag === 0x18) put.lease = reader.int64()
    else if (tag === 0x20) put.prevKv = reader.number() !== 0
    else if (tag === 0x28) put.ignoreValue = reader.number() !== 0
    else if (tag === 0x30) put.ignoreLease = reader.number() !== 0
    else reader.skip(tag & 7)
  }
  return put
}
