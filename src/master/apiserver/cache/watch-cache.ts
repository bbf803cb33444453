import {
  type Clock,
  GrpcCode,
  KvError,
  type Log,
  sleep,
  type StatusError,
  type Timer,
} from '../../../base/index.ts'
import {
  isCompacted,
  type KeyValue,
  type Kv,
  type KvEvent,
  type Revision,
} from '../../../kv/index.ts'
import type { ResourceCodec } from '../codec.ts'
import { ObjectRevision } from '../object-revision.ts'
import { statusErrors } from '../status.ts'
import { Change, ChangeHistory } from './history.ts'
import { SortedObjects } from './sorted-objects.ts'
import { CacheWatcher, type WatchItem } from './watcher.ts'

/** Changes kept for watches that start from an older revision. */
const HISTORY_CHANGES_MAX = 10_000
const LIST_PAGE_KEYS = 1_000
/** The first try comes at once, for a store that changes its leader is back soon. */
const RETRY_MS_MIN = 10
const RETRY_MS_MAX = 500
/** How often a waiting read asks the store for progress. */
const PROGRESS_MS = 100

export interface WatchCacheOptions {
  readonly codec: ResourceCodec
  /** All keys of the resource start with it. */
  readonly prefix: string
  readonly kv: Kv
  readonly clock: Clock
  readonly log: Log
}

export interface CacheWatchOptions {
  readonly prefix: string
  /** Undefined: begin with the state as ADDED events. */
  readonly from: Revision | undefined
  readonly matches: (object: ObjectRevision) => boolean
  /** In which version the objects are seen. Default: as they are kept. */
  readonly view?: (object: ObjectRevision) => ObjectRevision
  /** Mark the end of the initial events by a bookmark (KEP-3157). */
  readonly markInitialEnd?: boolean
}

interface Waiter {
  readonly revision: Revision
  readonly resolve: () => void
}

/**
 * All objects of one resource, kept up to date by the store's watch. Reads at a revision wait until
 * the cache has it; watches are served from its history. When the store is away the cache stays as
 * it is, and goes on where it was once the store is back.
 */
export class WatchCache {
  readonly #options: WatchCacheOptions
  readonly #objects = new SortedObjects()
  readonly #history = new ChangeHistory(HISTORY_CHANGES_MAX)
  readonly #watchers = new Set<CacheWatcher>()
  #waiters: Waiter[] = []
  #progress: Timer | undefined
  #revision: Revision = 0
  #synced = false
  #retryMs = RETRY_MS_MIN

  constructor(options: WatchCacheOptions) {
    this.#options = options
  }

  get prefix(): string {
    return this.#options.prefix
  }

  /** Whether the first list is in. It stays so. */
  get synced(): boolean {
    return this.#synced
  }

  /** Everything up to this revision is in. */
  get revision(): Revision {
    return this.#revision
  }

  get size(): number {
    return this.#objects.size
  }

  get(key: string): ObjectRevision | undefined {
    return this.#objects.get(key)
  }

  /** The same array until something changes. */
  list(prefix: string): readonly ObjectRevision[] {
    return this.#objects.range(prefix)
  }

  /** Follows the store until the signal; owns every watch, which ends with it. */
  async run(options: { signal: AbortSignal }): Promise<void> {
    const { signal } = options
    while (!signal.aborted) {
      try {
        if (!this.#synced || !(await this.#resumable(signal))) await this.#load(signal)
        await this.#follow(signal)
      } catch (error) {
        if (signal.aborted) break
        if (isCompacted(error)) this.#synced = false
        this.#options.log.warn('the watch of the store broke off', {
          prefix: this.#options.prefix,
          error: String(error),
        })
        await sleep(this.#options.clock, this.#retryMs, { signal }).catch(() => undefined)
        this.#retryMs = Math.min(this.#retryMs * 2, RETRY_MS_MAX)
      }
    }
    for (const watcher of this.#watchers) watcher.end()
    this.#progress?.cancel()
  }

  /** Resolves when everything up to `revision` is in. Throws 504 (429 before the first list). */
  async waitFor(
    revision: Revision,
    options: { timeoutMs: number; signal?: AbortSignal },
  ): Promise<void> {
    if (this.#synced && this.#revision >= revision) return
    const { clock } = this.#options
    await new Promise<void>((resolve, reject) => {
      const finish = (error?: StatusError) => {
        timer.cancel()
        options.signal?.removeEventListener('abort', onAbort)
        this.#waiters = this.#waiters.filter((w) => w !== waiter)
        if (error) reject(error)
        else resolve()
      }
      const onAbort = () => finish(statusErrors.timeout('request did not complete', 1))
      const waiter: Waiter = { revision, resolve: () => finish() }
      const timer = clock.after(options.timeoutMs, () => finish(this.#notYet(revision)))
      this.#waiters.push(waiter)
      options.signal?.addEventListener('abort', onAbort, { once: true })
      this.#askForProgress()
    })
  }

  #notYet(revision: Revision): StatusError {
    if (this.#synced) return statusErrors.revisionTooLarge(revision, this.#revision)
    return statusErrors.tooManyRequests('storage is (re)initializing', 1)
  }

  // A watch tells of its revision only with an event; on a quiet resource it has to be asked.
  #askForProgress(): void {
    const { kv, clock } = this.#options
    if (this.#synced) kv.requestProgress()
    this.#progress ??= clock.every(PROGRESS_MS, () => {
      if (this.#waiters.length > 0) {
        if (this.#synced) kv.requestProgress()
        return
      }
      this.#progress?.cancel()
      this.#progress = undefined
    })
  }

  /** A watch that is already ended with 410 when its start is too old. */
  watch(options: CacheWatchOptions): CacheWatcher {
    const changes = options.from === undefined ? [] : this.#history.after(options.from)
    const from = options.from ?? this.#revision
    const initial: WatchItem[] = []
    if (options.from === undefined) {
      for (const kept of this.#objects.range(options.prefix)) {
        const object = options.view?.(kept) ?? kept
        if (options.matches(object)) initial.push({ type: 'ADDED', object })
      }
    }
    const { prefix, matches, view } = options
    const watcher = new CacheWatcher({ prefix, from, matches, view }, initial)
    if (changes === undefined) {
      watcher.end(
        statusErrors.expired(`too old resource version: ${from} (${this.#history.since})`),
      )
      return watcher
    }
    for (const change of changes) watcher.offer(change)
    if (options.markInitialEnd) watcher.bookmark(this.#revision, { initialEventsEnd: true })
    watcher.begin()
    this.#watchers.add(watcher)
    watcher.onEnd(() => this.#watchers.delete(watcher))
    return watcher
  }

  // A store that was restored to an older state would leave the cache waiting for ever.
  async #resumable(signal: AbortSignal): Promise<boolean> {
    const current = await this.#options.kv.currentRevision({ signal })
    return current >= this.#revision
  }

  async #load(signal: AbortSignal): Promise<void> {
    const { kv, prefix } = this.#options
    const first = await kv.list(prefix, { limit: LIST_PAGE_KEYS, signal })
    const revision = first.revision
    const objects: ObjectRevision[] = []
    for (let page = first; ; ) {
      for (const item of page.kvs) {
        const object = this.#read(item)
        if (object) objects.push(object)
      }
      const after = page.kvs.at(-1)?.key
      if (!page.more || after === undefined) break
      page = await kv.list(prefix, { limit: LIST_PAGE_KEYS, after, revision, signal })
    }
    // What happened between two lists is unknown: watches end, and start again or get 410.
    for (const watcher of this.#watchers) watcher.end()
    this.#objects.reset(objects)
    this.#history.reset(revision)
    this.#synced = true
    this.#advance(revision)
  }

  async #follow(signal: AbortSignal): Promise<void> {
    const { kv, prefix } = this.#options
    const startRevision = this.#revision + 1
    for await (const batch of kv.watch(prefix, { startRevision, signal })) {
      this.#retryMs = RETRY_MS_MIN
      for (const event of batch.events) this.#apply(event)
      if (batch.revision > this.#revision) this.#advance(batch.revision)
    }
    throw new KvError(GrpcCode.unavailable, 'the watch ended')
  }

  #apply(event: KvEvent): void {
    const key = event.type === 'put' ? event.kv.key : event.key
    const revision = event.type === 'put' ? event.kv.modRevision : event.modRevision
    const before = this.#objects.get(key)
    const now = event.type === 'put' ? this.#read(event.kv) : undefined
    // What cannot be read is there all the same: nobody is to hear that it was deleted.
    if (event.type === 'put' && !now) return
    if (!before && !now) return
    if (now) this.#objects.set(now)
    else this.#objects.delete(key)
    const change = new Change(revision, { now, before })
    this.#history.push(change)
    for (const watcher of this.#watchers) watcher.offer(change)
  }

  // Bytes that no object can be read from are passed over, as loudly as a log can.
  #read(kv: KeyValue): ObjectRevision | undefined {
    try {
      return ObjectRevision.fromStored(this.#options.codec, kv)
    } catch (error) {
      this.#options.log.error('an object in the store cannot be read', {
        key: kv.key,
        error: String(error),
      })
      return undefined
    }
  }

  #advance(revision: Revision): void {
    this.#revision = revision
    if (this.#waiters.length === 0) return
    for (const waiter of this.#waiters) if (waiter.revision <= revision) waiter.resolve()
  }
}
