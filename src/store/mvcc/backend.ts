import { type Engine, type EngineEntry, type EngineOp, present } from '../../base/index.ts'
import { ByteCache } from './byte-cache.ts'
import { RecordBlocks } from './record-blocks.ts'
import { REVISION_BYTES, readRevision, revisionId, writeRevision } from './revision.ts'

/** One change as it is kept: where, and etcd's `mvccpb.KeyValue` (of a removal: the key alone). */
export interface StoredRecord {
  readonly main: number
  readonly sub: number
  readonly encoded: Uint8Array
}

/** Buckets whose entries are kept by name, as in etcd. */
export type SmallBucket =
  | 'alarm'
  | 'auth'
  | 'authRoles'
  | 'authUsers'
  | 'cluster'
  | 'lease'
  | 'members'
  | 'members_removed'
  | 'meta'

export type Bucket = 'key' | SmallBucket

export interface BackendOptions {
  /** Values of revisions kept in memory: half of them the newest, half what was read. Default 32 MiB. */
  cacheBytes?: number
}

/**
 * Engine layout: one byte names the area, one the bucket, then etcd's own keys. There are two areas,
 * so that a snapshot is received beside the state that it replaces; the engine's first key tells
 * which one counts.
 */
const ROOT = Uint8Array.of(0)
const AREAS = [1, 2] as const
const BUCKETS: Readonly<Record<Bucket, number>> = {
  key: 0x6b,
  lease: 0x6c,
  meta: 0x6d,
  alarm: 0x70,
  auth: 0x71,
  authRoles: 0x72,
  authUsers: 0x73,
  cluster: 0x74,
  members: 0x75,
  members_removed: 0x76,
}
const REVISION_MAX = Number.MAX_SAFE_INTEGER
const CACHE_BYTES = 32 * 2 ** 20
/** What the engine adds to a key and its value, about. */
const RECORD_OVERHEAD_BYTES = 16

/**
 * The state on disk behind a write buffer: what was written is read back at once, and reaches the
 * engine in one atomic batch per flush.
 */
export class Backend {
  readonly #engine: Engine
  readonly #area: number
  readonly #cache: ByteCache
  readonly #records: RecordBlocks
  /** Entries of small buckets to come, by engine key in latin1; undefined removes. */
  #entries = new Map<string, Uint8Array | undefined>()
  #drops: Uint8Array[] = []
  #stored = 0
  #storedBytes = 0
  #lastFlush: Promise<void> = Promise.resolve()
  /** Why a batch could not be written: nothing may follow it, or it would be missing in the middle. */
  #failure: unknown

  private constructor(engine: Engine, area: number, options: BackendOptions) {
    this.#engine = engine
    this.#area = area
    const cacheBytes = options.cacheBytes ?? CACHE_BYTES
    this.#records = new RecordBlocks(cacheBytes / 2)
    this.#cache = new ByteCache(cacheBytes / 2)
  }

  /** Opens the area that counts, and clears what a broken-off restore left in the other. */
  static async open(engine: Engine, options: BackendOptions = {}): Promise<Backend> {
    const area = engine.get(ROOT)?.[0] ?? AREAS[0]
    await engine.clear(areaRange(otherArea(area)))
    return new Backend(engine, area, options)
  }

  /** An empty backend in the other area, which counts once it is `adopt`ed. */
  async successor(options: BackendOptions = {}): Promise<Backend> {
    const area = otherArea(this.#area)
    await this.#engine.clear(areaRange(area))
    return new Backend(this.#engine, area, options)
  }

  /** Makes this area the one that counts, durably. */
  async adopt(): Promise<void> {
    await this.flush(() => {})
    const value = Uint8Array.of(this.#area)
    await this.#engine.batch([{ type: 'put', key: ROOT, value }], { sync: true })
  }

  /** Clears the area that does not count. */
  async clearOther(): Promise<void> {
    await this.#engine.clear(areaRange(otherArea(this.#area)))
  }

  /** Bytes written and not yet handed to the engine. */
  get pendingBytes(): number {
    return this.#records.pendingBytes
  }

  /** Removals not yet handed to the engine. */
  get pendingDrops(): number {
    return this.#drops.length
  }

  /** What the changes that are kept take, about: as much as a database without waste would. */
  get inUseBytes(): number {
    return this.#stored * (REVISION_BYTES + RECORD_OVERHEAD_BYTES) + this.#storedBytes
  }

  /** Counts a change that was read back. */
  noteStored(bytes: number): void {
    this.#stored++
    this.#storedBytes += bytes
  }

  /** Where the bytes of a change go, to be written at once. */
  add(main: number, sub: number, bytes: number): Uint8Array {
    this.noteStored(bytes)
    return this.#records.add(main, sub, bytes)
  }

  /** Takes a change that is counted elsewhere, by `noteStored`. */
  restore({ main, sub, encoded }: StoredRecord): void {
    this.#records.add(main, sub, encoded.length).set(encoded)
  }

  /**
   * Forgets a change that nobody can read any more, with the next flush: all drops of one key go
   * together, or what is left of it on disk could look like a key that still exists.
   */
  drop(main: number, sub: number): void {
    this.#cache.delete(revisionId(main, sub))
    // Its size is not known without reading it: an average one.
    this.#storedBytes -= this.#storedBytes / Math.max(1, this.#stored)
    this.#stored--
    this.#drops.push(this.#revisionKey(main, sub))
  }

  set(bucket: SmallBucket, name: Uint8Array, value: Uint8Array | undefined): void {
    this.#entries.set(this.#entryKey(bucket, name).toString('latin1'), value)
  }

  get(bucket: SmallBucket, name: Uint8Array): Uint8Array | undefined {
    const key = this.#entryKey(bucket, name)
    const text = key.toString('latin1')
    return this.#entries.has(text) ? this.#entries.get(text) : this.#engine.get(key)
  }

  /** The value of a change that the index knows. */
  read(main: number, sub: number): Uint8Array {
    const recent = this.#records.find(main, sub)
    if (recent) return recent
    const id = revisionId(main, sub)
    const cached = this.#cache.get(id)
    if (cached) return cached
    const key = this.#revisionKey(main, sub)
    const value = present(this.#engine.get(key), `revision ${main}_${sub} in the engine`)
    this.#cache.set(id, value)
    return value
  }

  /**
   * All changes of revisions in [from, to], in order, as they are now: what is written later does
   * not show. Compaction must be held back while iterating.
   */
  records(from: number, to: number): AsyncIterable<StoredRecord> {
    const buffered = this.#records.unwritten(from, to)
    const end = Math.min(this.#records.unwrittenFrom ?? to + 1, to + 1)
    if (end <= from) return asynchronously(buffered)
    const range = { gte: this.#revisionKey(from, 0), lt: this.#revisionKey(end, 0) }
    return this.#storedThenBuffered(this.#engine.iterate(range), buffered)
  }

  async *#storedThenBuffered(
    stored: AsyncIterable<readonly EngineEntry[]>,
    buffered: Iterable<StoredRecord>,
  ): AsyncGenerator<StoredRecord> {
    for await (const piece of stored) {
      for (const [key, encoded] of piece) yield { ...readRevision(key, 2), encoded }
    }
    yield* buffered
  }

  /** Every change on disk, in order: used when everything is read back, before anything is written. */
  async readBack(take: (record: StoredRecord) => void): Promise<void> {
    const range = { gte: this.#revisionKey(0, 0), lt: this.#revisionKey(REVISION_MAX, 0) }
    for await (const piece of this.#engine.iterate(range)) {
      for (const [key, encoded] of piece) take({ ...readRevision(key, 2), encoded })
    }
  }

  /** A bucket's entries on disk: used when everything is read back, before anything is written. */
  async *entries(
    bucket: SmallBucket,
  ): AsyncGenerator<readonly [name: Uint8Array, value: Uint8Array]> {
    const prefix = BUCKETS[bucket]
    const range = {
      gte: Uint8Array.of(this.#area, prefix),
      lt: Uint8Array.of(this.#area, prefix + 1),
    }
    for await (const piece of this.#engine.iterate(range)) {
      for (const [key, value] of piece) yield [key.subarray(2), value]
    }
  }

  /**
   * Writes everything so far as one durable batch; `stamp` is called at the moment that counts, to
   * add what belongs to it. One at a time, in the order of the calls. After one that failed all do,
   * with its error: an engine may take the next batch (LevelDB does, once a full disk has room).
   */
  flush(stamp: () => void): Promise<void> {
    const flushed = this.#lastFlush.then(() => this.#write(stamp))
    // A failed write fails its caller; the next one must not hang on it.
    this.#lastFlush = flushed.catch(() => {})
    return flushed
  }

  async #write(stamp: () => void): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure
    stamp()
    const blocks = this.#records.take()
    const ops: EngineOp[] = []
    for (const block of blocks) {
      for (let i = 0; i < block.count; i++) {
        const { main, sub, encoded } = block.at(i)
        ops.push({ type: 'put', key: this.#revisionKey(main, sub), value: encoded })
      }
    }
    for (const [text, value] of this.#entries) {
      const key = Buffer.from(text, 'latin1')
      ops.push(value ? { type: 'put', key, value } : { type: 'del', key })
    }
    for (const key of this.#drops) ops.push({ type: 'del', key })
    const entries = this.#entries
    this.#entries = new Map()
    this.#drops = []
    if (ops.length === 0) return
    try {
      await this.#engine.batch(ops, { sync: true })
    } catch (error) {
      this.#failure = error
      // Still readable while the owner shuts down.
      this.#entries = new Map([...entries, ...this.#entries])
      throw error
    }
    this.#records.written(blocks)
  }

  async sizeBytes(): Promise<number> {
    return await this.#engine.sizeBytes()
  }

  async compact(): Promise<void> {
    await this.#engine.compact()
  }

  #revisionKey(main: number, sub: number): Buffer {
    const key = Buffer.allocUnsafe(2 + REVISION_BYTES)
    key[0] = this.#area
    key[1] = BUCKETS.key
    writeRevision(key, 2, main, sub)
    return key
  }

  #entryKey(bucket: SmallBucket, name: Uint8Array): Buffer {
    return Buffer.concat([Uint8Array.of(this.#area, BUCKETS[bucket]), name])
  }
}

function otherArea(area: number): number {
  return area === AREAS[0] ? AREAS[1] : AREAS[0]
}

function areaRange(area: number) {
  return { gte: Uint8Array.of(area), lt: Uint8Array.of(area + 1) }
}

async function* asynchronously(records: Iterable<StoredRecord>): AsyncGenerator<StoredRecord> {
  yield* records
}
