import { leasepb } from '../../gen/etcd.js'
import { varintSize, WireReader, writeVarint } from '../mvcc/index.ts'

/** What is replicated of a lease, beside its keys. */
export interface LeaseRecord {
  readonly id: bigint
  readonly ttlSeconds: number
  /** The log's entry that granted it or last renewed it: tells an expiry that came too late. */
  readonly renewedIndex: number
}

/** A field of our own behind etcd's `leasepb.Lease`, which etcd skips. */
const RENEWED_INDEX_TAG = (15 << 3) | 0

/** A lease as it is kept on disk: etcd's bytes, and behind them when it was last renewed. */
export function encodeLease({ id, ttlSeconds, renewedIndex }: LeaseRecord): Uint8Array {
  const lease = leasepb.Lease.encode({ ID: id, TTL: ttlSeconds }).finish()
  if (renewedIndex === 0) return lease
  const bytes = Buffer.alloc(lease.length + 1 + varintSize(renewedIndex))
  bytes.set(lease)
  bytes[lease.length] = RENEWED_INDEX_TAG
  writeVarint(bytes, lease.length + 1, renewedIndex)
  return bytes
}

/** Reads etcd's leases as well, which tell of no renewal. */
export function decodeLease(bytes: Uint8Array): LeaseRecord {
  const { ID, TTL } = leasepb.Lease.decode(bytes)
  let renewedIndex = 0
  const reader = new WireReader(bytes)
  while (!reader.done) {
    const tag = reader.tag()
    if (tag === RENEWED_INDEX_TAG) renewedIndex = reader.number()
    else reader.skip(tag & 7)
  }
  return { id: ID, ttlSeconds: TTL, renewedIndex }
}
