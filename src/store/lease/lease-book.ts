import type { LeaseRecord } from './record.ts'

/** A grant: the keys attached to it live as long as it does. */
export interface Lease extends LeaseRecord {
  /** Attached keys, as latin1 text. */
  readonly keys: ReadonlySet<string>
  /** Monotonic milliseconds on this member's clock: only the leader acts upon it. */
  readonly expiresAtMs: number
}

/** Leases noted by one entry, as in etcd. */
const CHECKPOINTS_MAX = 1000

interface MutableLease extends Lease {
  readonly keys: Set<string>
  expiresAtMs: number
  renewedIndex: number
  remainingSeconds?: number
}

/**
 * The leases and what is attached to them. Grants, attachments and revocations are replicated
 * state, equal on all members. Expiry is not: every member counts from when it applied the grant or
 * the last renewal, and the leader proposes the revocation.
 */
export class LeaseBook {
  readonly #leases = new Map<bigint, MutableLease>()
  readonly #leaseOf = new Map<string, bigint>()

  get size(): number {
    return this.#leases.size
  }

  get(id: bigint): Lease | undefined {
    return this.#leases.get(id)
  }

  has(id: bigint): boolean {
    return this.#leases.has(id)
  }

  /** Those that expire first come first, as etcd lists them. */
  all(): Lease[] {
    return [...this.#leases.values()].sort((a, b) => a.expiresAtMs - b.expiresAtMs)
  }

  /** The id must be free. */
  grant(lease: LeaseRecord, nowMs: number): void {
    const expiresAtMs = nowMs + (lease.remainingSeconds || lease.ttlSeconds) * 1000
    this.#leases.set(lease.id, { ...lease, keys: new Set(), expiresAtMs })
  }

  /** Ends a lease; the keys that must be deleted with it, in order. Undefined: there is none. */
  revoke(id: bigint): readonly string[] | undefined {
    const lease = this.#leases.get(id)
    if (!lease) return undefined
    this.#leases.delete(id)
    return [...lease.keys].sort()
  }

  /** Starts the time to live again. Undefined: there is no such lease. */
  renew(id: bigint, { index, nowMs }: { index: number; nowMs: number }): Lease | undefined {
    const lease = this.#leases.get(id)
    if (!lease) return undefined
    lease.renewedIndex = index
    lease.remainingSeconds = 0
    lease.expiresAtMs = nowMs + lease.ttlSeconds * 1000
    return lease
  }

  /**
   * What the leader has counted down. Undefined: there is no such lease, or it was renewed since. A
   * member that has counted for longer goes on with its own count; one that was started meanwhile
   * has counted nothing.
   */
  checkpoint(noted: LeaseRecord, nowMs: number): Lease | undefined {
    const { id, renewedIndex, remainingSeconds = 0 } = noted
    const lease = this.#leases.get(id)
    if (lease?.renewedIndex !== renewedIndex || remainingSeconds === 0) return undefined
    lease.remainingSeconds = remainingSeconds
    lease.expiresAtMs = Math.min(lease.expiresAtMs, nowMs + remainingSeconds * 1000)
    return lease
  }

  /**
   * A new leader goes on with its own count, which began with the last renewal that it applied: no
   * lease lives longer for an election. But each lives for `extendMs` at least, so that its holder,
   * who could renew nothing meanwhile, has the time to.
   */
  extendAll(nowMs: number, extendMs: number): void {
    for (const lease of this.#leases.values()) {
      lease.expiresAtMs = Math.max(lease.expiresAtMs, nowMs + extendMs)
    }
  }

  /** Leases that have run for a while since they were granted, renewed or last noted. */
  toCheckpoint(nowMs: number, noteMs: number): LeaseRecord[] {
    const found: LeaseRecord[] = []
    for (const lease of this.#leases.values()) {
      const { id, ttlSeconds, renewedIndex, remainingSeconds, expiresAtMs } = lease
      const leftMs = Math.max(expiresAtMs - nowMs, 1000)
      const notedMs = (remainingSeconds || ttlSeconds) * 1000
      if (notedMs - leftMs < noteMs) continue
      const left = Math.ceil(leftMs / 1000)
      found.push({ id, ttlSeconds, renewedIndex, remainingSeconds: left })
      if (found.length >= CHECKPOINTS_MAX) break
    }
    return found
  }

  /** Up to `limit` leases whose time is over. */
  expired(nowMs: number, limit: number): Lease[] {
    const leases: Lease[] = []
    for (const lease of this.#leases.values()) {
      if (lease.expiresAtMs > nowMs) continue
      leases.push(lease)
      if (leases.length >= limit) break
    }
    return leases
  }

  /** After reading everything back: attaches keys to their leases, whichever was read first. */
  settle(): void {
    for (const [key, id] of this.#leaseOf) {
      const lease = this.#leases.get(id)
      if (lease) lease.keys.add(key)
      else this.#leaseOf.delete(key)
    }
  }

  leaseOf(key: string): bigint {
    return this.#leaseOf.get(key) ?? 0n
  }

  attach(key: string, id: bigint): void {
    const before = this.#leaseOf.get(key)
    if (before === id) return
    if (before !== undefined) this.#leases.get(before)?.keys.delete(key)
    this.#leaseOf.set(key, id)
    this.#leases.get(id)?.keys.add(key)
  }

  detach(key: string): void {
    if (this.#leaseOf.size === 0) return
    const before = this.#leaseOf.get(key)
    if (before === undefined) return
    this.#leaseOf.delete(key)
    this.#leases.get(before)?.keys.delete(key)
  }
}
