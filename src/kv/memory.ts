import { type Clock, present, type Timer } from '../base/index.ts'
import { kvErrors } from './errors.ts'
import { throwIfAborted } from './keys.ts'
import { type Change, History } from './memory-history.ts'
import type {
  CreateResult,
  DeleteResult,
  KeyValue,
  Kv,
  KvEvent,
  LeaseId,
  ListOptions,
  ListResult,
  Revision,
  UpdateResult,
  WatchBatch,
  WatchOptions,
} from './types.ts'
import { WatchQueue } from './watch-queue.ts'

/** etcd's default for `--max-request-bytes`. */
const REQUEST_BYTES_MAX = 1.5 * 1024 * 1024
/** etcd's limits of a lease's time to live. */
const LEASE_TTL_SECONDS_MAX = 9_000_000_000
/** The longest delay that a timer of the platform takes (2^31 - 1 ms). */
const TIMER_MS_MAX = 2_147_483_647

export interface MemoryKvOptions {
  /** For the expiry of leases. */
  clock: Clock
  /** Unread live batches that end a watch with `resourceExhausted`. Default 10,000. */
  watchBatchesMax?: number
}

/** A whole `Kv` in memory: deterministic, no I/O, nothing survives. For tests and simulations. */
export function createMemoryKv(options: MemoryKvOptions): Kv {
  return new MemoryKv(options)
}

interface Lease {
  readonly id: LeaseId
  readonly ttlSeconds: number
  expiresMs: number
  timer: Timer
}

interface Watcher {
  readonly prefix: string
  readonly startRevision: Revision
  readonly previous: boolean
  readonly queue: WatchQueue
}

class MemoryKv implements Kv {
  readonly #clock: Clock
  readonly #watchBatchesMax: number
  readonly #history = new History()
  readonly #watchers = new Set<Watcher>()
  readonly #leases = new Map<LeaseId, Lease>()
  #leaseSequence = 0n
  #closed = false

  constructor(options: MemoryKvOptions) {
    this.#clock = options.clock
    this.#watchBatchesMax = options.watchBatchesMax ?? 10_000
  }

  async get(key: string, options: { revision?: Revision; signal?: AbortSignal } = {}) {
    this.#enter(options.signal, key)
    this.#checkReadable(options.revision)
    const kv = this.#history.at(key, options.revision ?? this.#history.revision)
    return { revision: this.#history.revision, kv }
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    this.#enter(options.signal)
    this.#checkReadable(options.revision)
    const at = options.revision ?? this.#history.revision
    const all = this.#history.range(prefix, { after: options.after, at })
    const limited = options.limit ? all.slice(0, options.limit) : all
    const kvs = options.keysOnly
      ? limited.map((kv) => ({ ...kv, value: new Uint8Array(0) }))
      : limited
    const more = all.length > limited.length
    return { revision: this.#history.revision, kvs, more, count: all.length }
  }

  async create(
    key: string,
    value: Uint8Array,
    options: { lease?: LeaseId; signal?: AbortSignal } = {},
  ): Promise<CreateResult> {
    this.#enter(options.signal, key)
    this.#checkPut(value, options.lease)
    if (this.#history.newest(key)) return { kind: 'exists' }
    return { kind: 'ok', revision: this.#put(key, value, options.lease) }
  }

  async update(
    key: string,
    value: Uint8Array,
    expected: Revision,
    options: { lease?: LeaseId; signal?: AbortSignal } = {},
  ): Promise<UpdateResult> {
    this.#enter(options.signal, key)
    this.#checkPut(value, options.lease)
    const current = this.#history.newest(key)
    if (current?.modRevision !== expected) return { kind: 'conflict', current }
    return { kind: 'ok', revision: this.#put(key, value, options.lease) }
  }

  async delete(
    key: string,
    expected: Revision,
    options: { signal?: AbortSignal } = {},
  ): Promise<DeleteResult> {
    this.#enter(options.signal, key)
    const current = this.#history.newest(key)
    if (!current || current.modRevision !== expected) return { kind: 'conflict', current }
    const revision = this.#commit([{ key, kv: undefined }])
    return { kind: 'ok', revision, previous: current }
  }

  watch(prefix: string, options: WatchOptions): AsyncIterable<WatchBatch> {
    const startRevision = options.startRevision ?? this.#history.revision + 1
    const watcher: Watcher = {
      prefix,
      startRevision,
      previous: options.previous ?? false,
      queue: new WatchQueue({
        liveBatchesMax: this.#watchBatchesMax,
        signal: options.signal,
        onEnd: () => this.#watchers.delete(watcher),
      }),
    }
    if (this.#closed) watcher.queue.end(kvErrors.stopped())
    else if (startRevision < this.#history.compacted) watcher.queue.end(kvErrors.compacted())
    else if (!watcher.queue.ended) {
      this.#watchers.add(watcher)
      for (const commit of this.#history.since(startRevision)) {
        const events = eventsFor(watcher, commit.events)
        if (events.length > 0) watcher.queue.pushHistory({ events, revision: commit.revision })
      }
    }
    return watcher.queue
  }

  requestProgress(): void {
    const revision = this.#history.revision
    for (const watcher of this.#watchers) watcher.queue.pushLive({ events: [], revision })
  }

  async currentRevision(options: { signal?: AbortSignal } = {}): Promise<Revision> {
    this.#enter(options.signal)
    return this.#history.revision
  }

  async count(prefix: string, options: { signal?: AbortSignal } = {}): Promise<number> {
    this.#enter(options.signal)
    return this.#history.range(prefix, { at: this.#history.revision }).length
  }

  async compact(revision: Revision, options: { signal?: AbortSignal } = {}): Promise<void> {
    this.#enter(options.signal)
    if (revision > this.#history.revision) throw kvErrors.futureRevision()
    this.#history.compact(revision)
  }

  async leaseGrant(ttlSeconds: number, options: { signal?: AbortSignal } = {}): Promise<LeaseId> {
    this.#enter(options.signal)
    if (ttlSeconds > LEASE_TTL_SECONDS_MAX) throw kvErrors.leaseTtlTooLarge()
    const id = ++this.#leaseSequence
    const ttl = Math.max(1, ttlSeconds)
    const expiresMs = this.#clock.monotonicMs() + ttl * 1000
    this.#leases.set(id, {
      id,
      ttlSeconds: ttl,
      expiresMs,
      timer: this.#expiryTimer(id, expiresMs),
    })
    return id
  }

  async leaseRevoke(id: LeaseId, options: { signal?: AbortSignal } = {}): Promise<void> {
    this.#enter(options.signal)
    if (!this.#leases.has(id)) throw kvErrors.leaseNotFound()
    this.#endLease(id)
  }

  async leaseKeepAlive(id: LeaseId, options: { signal?: AbortSignal } = {}): Promise<number> {
    this.#enter(options.signal)
    const lease = this.#leases.get(id)
    if (!lease) throw kvErrors.leaseNotFound()
    lease.timer.cancel()
    lease.expiresMs = this.#clock.monotonicMs() + lease.ttlSeconds * 1000
    lease.timer = this.#expiryTimer(id, lease.expiresMs)
    return lease.ttlSeconds
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const lease of this.#leases.values()) lease.timer.cancel()
    for (const watcher of this.#watchers) watcher.queue.end(kvErrors.stopped())
  }

  #enter(signal: AbortSignal | undefined, key?: string): void {
    if (this.#closed) throw kvErrors.stopped()
    throwIfAborted(signal)
    if (key === '') throw kvErrors.emptyKey()
  }

  #checkReadable(revision: Revision | undefined): void {
    if (revision === undefined) return
    if (revision < this.#history.compacted) throw kvErrors.compacted()
    if (revision > this.#history.revision) throw kvErrors.futureRevision()
  }

  #checkPut(value: Uint8Array, lease: LeaseId | undefined): void {
    if (value.length > REQUEST_BYTES_MAX) throw kvErrors.tooLarge()
    if (lease && !this.#leases.has(lease)) throw kvErrors.leaseNotFound()
  }

  #put(key: string, value: Uint8Array, lease: LeaseId | undefined): Revision {
    const current = this.#history.newest(key)
    const modRevision = this.#history.revision + 1
    const kv: KeyValue = {
      key,
      value: value.slice(),
      createRevision: current?.createRevision ?? modRevision,
      modRevision,
      version: (current?.version ?? 0) + 1,
      lease: lease ?? 0n,
    }
    return this.#commit([{ key, kv }])
  }

  #commit(changes: readonly Change[]): Revision {
    const commit = this.#history.commit(changes)
    for (const watcher of this.#watchers) {
      if (commit.revision < watcher.startRevision) continue
      const events = eventsFor(watcher, commit.events)
      if (events.length > 0) watcher.queue.pushLive({ events, revision: commit.revision })
    }
    return commit.revision
  }

  #expiryTimer(id: LeaseId, expiresMs: number): Timer {
    const delayMs = Math.min(expiresMs - this.#clock.monotonicMs(), TIMER_MS_MAX)
    return this.#clock.after(delayMs, () => this.#expire(id), { unref: true })
  }

  #expire(id: LeaseId): void {
    const lease = present(this.#leases.get(id), 'a lease whose timer runs')
    if (lease.expiresMs <= this.#clock.monotonicMs()) this.#endLease(id)
    else lease.timer = this.#expiryTimer(id, lease.expiresMs)
  }

  // As in etcd: all keys of a lease go in one revision.
  #endLease(id: LeaseId): void {
    this.#leases.get(id)?.timer.cancel()
    this.#leases.delete(id)
    const all = this.#history.range('', { at: this.#history.revision })
    const doomed = all.filter((kv) => kv.lease === id)
    if (doomed.length > 0) this.#commit(doomed.map(({ key }) => ({ key, kv: undefined })))
  }
}

function eventsFor(watcher: Watcher, events: readonly KvEvent[]): readonly KvEvent[] {
  const mine = events.filter((e) => keyOf(e).startsWith(watcher.prefix))
  if (watcher.previous) return mine
  return mine.map((event) => ({ ...event, previous: undefined }))
}

function keyOf(event: KvEvent): string {
  return event.type === 'put' ? event.kv.key : event.key
}
