import { leasepb } from '../../gen/etcd.js'
import { varintSize, WireReader, writeVarint } from '../mvcc/index.ts'

/** What is replicated of a lease, beside its keys. */
export interface LeaseRecord {
  readonly id: bigint
  readonly ttlSeconds: number
  /** The log's entry that granted it or last renewed it: tells an expiry that came too late. */
  readonly renewedIndex: number
  /** Of the time to live, as the leader last counted it. 0, the default: all of it. */
  readonly remainingSeconds?: number
}

/** A field of our own behind etcd's `leasepb.Lease`, which etcd skips. */
const RENEWED_INDEX_TAG = (15 << 3) | 0

/** A lease as it is kept on disk: etcd's bytes, and behind them when it was last renewed. */
export function encodeLease(record: LeaseRecord): Uint8Array {
  const { id, ttlSeconds, renewedIndex, remainingSeconds } = record
  const fields = { ID: id, TTL: ttlSeconds, RemainingTTL: remainingSeconds ?? 0 }
  const lease = leasepb.Lease.encode(fields).finish()
  if (renewedIndex === 0) return lease
  const bytes = Buffer.alloc(lease.length + 1 + varintSize(renewedIndex))
  bytes.set(lease)
  bytes[lease.length] = RENEWED_INDEX_TAG
  writeVarint(bytes, lease.length + 1, renewedIndex)
  return bytes
}

const LEASES_TAG = (1 << 3) | 2

/** Several, each with its length before it. */
export function encodeLeases(records: readonly LeaseRecord[]): Uint8Array {
  const parts = records.map((record) => {
    const lease = encodeLease(record)
    const head = Buffer.alloc(1 + varintSize(lease.length))
    head[0] = LEASES_TAG
    writeVarint(head, 1, lease.length)
    return [head, lease]
  })
  return Buffer.concat(parts.flat())
}

export function decodeLeases(bytes: Uint8Array): LeaseRecord[] {
  const records: LeaseRecord[] = []
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === LEASES_TAG) records.push(decodeLease(reader.bytes()))
    else reader.skip(tag & 7)
  }
  return records
}

/** Reads etcd's leases as well, which tell of no renewal. */
export function decodeLease(bytes: Uint8Array): LeaseRecord {
  const { ID, TTL, RemainingTTL } = leasepb.Lease.decode(bytes)
  let renewedIndex = 0
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === RENEWED_INDEX_TAG) renewedIndex = reader.number()
    else reader.skip(tag & 7)
  }
  const remaining = RemainingTTL > 0 && { remainingSeconds: RemainingTTL }
  return { id: ID, ttlSeconds: TTL, renewedIndex, ...remaining }
}
