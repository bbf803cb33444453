import type { etcdserverpb as pb } from '../gen/etcd.js'
import { NOBODY, type Who } from './auth/index.ts'
import { MEMBER_CHANGE_TAG } from './membership/index.ts'
import { varintSize, WireReader, writeVarint } from './mvcc/index.ts'

/** What a replicated payload asks for; the request follows as it came from the client. */
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
  authEnable: 32,
  authDisable: 33,
  /** `InternalAuthenticateRequest`: the password was checked. */
  authenticate: 34,
  /** `AuthUserAddRequest`, with the password hashed. */
  userAdd: 35,
  userDelete: 36,
  /** `AuthUserChangePasswordRequest`, with the password hashed. */
  userChangePassword: 37,
  userGrantRole: 38,
  userRevokeRole: 39,
  roleAdd: 40,
  roleDelete: 41,
  roleGrantPermission: 42,
  roleRevokePermission: 43,
  /** `MemberChange`, as JSON: an entry that changes Raft's group as well. */
  memberChange: MEMBER_CHANGE_TAG,
  /** `MemberAttributes`, as JSON. */
  memberAttributes: 10,
  /** `AlarmRequest`. */
  alarm: 11,
  /** Leases as they are kept on disk: noted unless they were renewed since. */
  leaseCheckpoint: 12,
} as const
export type Tag = (typeof Tag)[keyof typeof Tag]

/** In the first byte beside the tag, below 64: who asks. Neither: nobody who said a name. */
const OWN = 0x80
const NAMED = 0x40
const TAG_MASK = 0x3f

const HEADS = Array.from({ length: 256 }, (_, first) => Uint8Array.of(first))

/**
 * A payload: its first byte, for a named user the name and the auth revision, then the request.
 * Without `who` it is this process's own.
 */
export function payloadParts(tag: Tag, request: Uint8Array, who?: Who): readonly Uint8Array[] {
  const head = who?.user ? namedHead(tag, who) : HEADS[who ? tag : tag | OWN]
  return [head as Uint8Array, request]
}

function namedHead(tag: Tag, { user, revision }: NonNullable<Who>): Uint8Array {
  const name = Buffer.from(user)
  const size = 1 + varintSize(name.length) + name.length + varintSize(revision)
  const head = Buffer.allocUnsafe(size)
  head[0] = tag | NAMED
  const at = writeVarint(head, 1, name.length)
  head.set(name, at)
  writeVarint(head, at + name.length, revision)
  return head
}

/** What a payload asks for. */
export function tagOf(payload: Uint8Array): Tag {
  return ((payload[0] ?? 0) & TAG_MASK) as Tag
}

/** What a payload asks for, in whose name, and where the request begins. */
export function readPayload(payload: Uint8Array): { tag: Tag; who: Who; start: number } {
  const first = payload[0] ?? 0
  const tag = (first & TAG_MASK) as Tag
  if (first & OWN) return { tag, who: undefined, start: 1 }
  if (!(first & NAMED)) return { tag, who: NOBODY, start: 1 }
  const reader = new WireReader(payload, 1)
  const user = Buffer.from(reader.bytes()).toString()
  const revision = reader.number()
  return { tag, who: { user, revision }, start: reader.at }
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
