import { type Engine, type EngineEntry, type EngineOp, present } from '../../base/index.ts'
import { BlockDirectory, type BlockStart } from './block-directory.ts'
import { ByteCache } from './byte-cache.ts'
import { type RecordBlock, RecordBlocks } from './record-blocks.ts'
import { REVISION_BYTES, readRevision, revisionId, writeRevision } from './revision.ts'
import { blocksOf, encodeBlock, StoredBlock, type StoredRecord } from './stored-block.ts'
import { Sweep } from './sweep.ts'

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
 * which one counts. Changes stand in blocks, each under the revision of its first: an entry of the
 * engine for each of them would cost more than the changes themselves, when they are written, when
 * the engine sorts them anew, and when everything is read back.
 */
const ROOT = Uint8Array.of(0)
/** Stands behind the area in the first key. None: changes one by one, as the first version wrote them. */
const FORMAT = 1
const AREAS = [1, 2] as const
const BLOCKS = 0x62
/** Where earlier versions kept each change by itself. */
const SINGLES = 0x6b
const BUCKETS: Readonly<Record<SmallBucket, number>> = {
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
/** What a block says of a change besides the change itself. */
const RECORD_OVERHEAD_BYTES = 12
/** Changes of this many bytes make a block. Larger ones would be slower to read a single key from. */
const BLOCK_BYTES_MIN = 8 * 1024

/** The data is of a later version than this program. */
export class UnknownFormatError extends Error {
  override readonly name = 'UnknownFormatError'

  constructor(format: number) {
    const known = `this version knows formats up to ${FORMAT}`
    super(`the data has format ${format}, and ${known}: start the version that wrote it`)
  }
}

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
  readonly #directory = new BlockDirectory()
  readonly #dead = new Sweep(this.#directory)
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

  /**
   * Opens the area that counts, and clears what a broken-off restore left in the other. Throws
   * `UnknownFormatError` for what a later version wrote.
   */
  static async open(engine: Engine, options: BackendOptions = {}): Promise<Backend> {
    const [area = AREAS[0], format = 0] = engine.get(ROOT) ?? []
    if (format > FORMAT) throw new UnknownFormatError(format)
    await engine.clear(areaRange(otherArea(area)))
    const backend = new Backend(engine, area, options)
    if (format < FORMAT) {
      await backend.#packSingles()
      await backend.#mark()
    }
    return backend
  }

  async #mark(): Promise<void> {
    const value = Uint8Array.of(this.#area, FORMAT)
    await this.#engine.batch([{ type: 'put', key: ROOT, value }], { sync: true })
  }

  /** Changes that an earlier version wrote one by one come into blocks. A crash midway goes on here. */
  async #packSingles(): Promise<void> {
    const range = {
      gte: Uint8Array.of(this.#area, SINGLES),
      lt: Uint8Array.of(this.#area, SINGLES + 1),
    }
    for await (const piece of this.#engine.iterate(range)) {
      const ops: EngineOp[] = []
      const records = piece.map(([key, encoded]) => ({ ...readRevision(key, 2), encoded }))
      for (const { main, sub, block } of blocksOf(records, BLOCK_BYTES_MIN)) {
        ops.push({ type: 'put', key: this.#blockKey(main, sub), value: block })
      }
      for (const [key] of piece) ops.push({ type: 'del', key })
      await this.#engine.batch(ops, { sync: true })
    }
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
    await this.#mark()
  }

  /** Clears the area that does not count. */
  async clearOther(): Promise<void> {
    await this.#engine.clear(areaRange(otherArea(this.#area)))
  }

  /** Bytes written and not yet handed to the engine. */
  get pendingBytes(): number {
    return this.#records.pendingBytes
  }

  /** Forgotten changes that are still on disk. */
  get pendingDrops(): number {
    return this.#dead.pending
  }

  /** Whether flushes take forgotten changes from the disk: none may be dropped meanwhile. */
  get sweeping(): boolean {
    return this.#dead.running
  }

  /** What the changes that are kept take, about: as much as a database without waste would. */
  get inUseBytes(): number {
    return this.#stored * RECORD_OVERHEAD_BYTES + this.#storedBytes
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

  /** Forgets a change that nobody can read any more. It goes from the disk after `sweep`. */
  drop(main: number, sub: number): void {
    // Its size is not known without reading it: an average one.
    this.#storedBytes -= this.#storedBytes / Math.max(1, this.#stored)
    this.#stored--
    this.#dead.add(main, sub, main < (this.#records.unwrittenFrom ?? Infinity))
  }

  /** All that was dropped goes from the disk with the next flushes, of each key the oldest first. */
  sweep(): void {
    this.#dead.begin()
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
    const { main: first, sub: firstSub } = this.#directory.startAt(this.#directory.floor(main, sub))
    const value = this.#readBlock(first, firstSub).find(main, sub)
    return present(value, `revision ${main}_${sub} in the engine`)
  }

  #readBlock(main: number, sub: number): StoredBlock {
    const id = revisionId(main, sub)
    let bytes = this.#cache.get(id)
    if (!bytes) {
      const found = this.#engine.get(this.#blockKey(main, sub))
      bytes = present(found, `the block of revision ${main}_${sub} in the engine`)
      this.#cache.set(id, bytes)
    }
    return new StoredBlock(main, bytes)
  }

  /**
   * All changes of revisions in [from, to], in order, as they are now: what is written later does
   * not show. Compaction must be held back while iterating.
   */
  records(from: number, to: number): AsyncIterable<StoredRecord> {
    const buffered = this.#records.unwritten(from, to)
    const end = Math.min(this.#records.unwrittenFrom ?? to + 1, to + 1)
    if (end <= from) return asynchronously(buffered)
    const position = this.#directory.floor(from, 0)
    const first = position < 0 ? { main: from, sub: 0 } : this.#directory.startAt(position)
    const gte = this.#blockKey(first.main, first.sub)
    const stored = this.#engine.iterate({ gte, lt: this.#blockKey(end, 0) })
    return this.#storedThenBuffered(stored, { from, end }, buffered)
  }

  async *#storedThenBuffered(
    stored: AsyncIterable<readonly EngineEntry[]>,
    { from, end }: { from: number; end: number },
    buffered: Iterable<StoredRecord>,
  ): AsyncGenerator<StoredRecord> {
    for await (const piece of stored) {
      for (const [key, bytes] of piece) {
        for (const record of new StoredBlock(readRevision(key, 2).main, bytes)) {
          if (record.main >= from && record.main < end) yield record
        }
      }
    }
    yield* buffered
  }

  /** Every change on disk, in order: used when everything is read back, before anything is written. */
  async readBack(take: (record: StoredRecord) => void): Promise<void> {
    const range = { gte: this.#blockKey(0, 0), lt: this.#blockKey(REVISION_MAX, 0) }
    for await (const piece of this.#engine.iterate(range)) {
      for (const [key, bytes] of piece) {
        const { main, sub } = readRevision(key, 2)
        const block = new StoredBlock(main, bytes)
        this.#directory.append(main, sub, block.count)
        for (const record of block) take(record)
      }
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
    const starts = this.#encode(blocks, ops)
    for (const [text, value] of this.#entries) {
      const key = Buffer.from(text, 'latin1')
      ops.push(value ? { type: 'put', key, value } : { type: 'del', key })
    }
    const entries = this.#entries
    this.#entries = new Map()
    try {
      await this.#batch(ops, { sync: true })
    } catch (error) {
      // Still readable while the owner shuts down.
      this.#entries = new Map([...entries, ...this.#entries])
      throw error
    }
    for (const { main, sub, count } of starts) this.#directory.append(main, sub, count)
    this.#records.written(blocks)
    await this.#sweepSome()
  }

  /** After a failure nothing is written: what came later would be there without what came before. */
  async #batch(ops: readonly EngineOp[], options: { sync?: boolean } = {}): Promise<void> {
    if (ops.length === 0) return
    try {
      await this.#engine.batch(ops, options)
    } catch (error) {
      this.#failure = error
      throw error
    }
  }

  #encode(blocks: readonly RecordBlock[], ops: EngineOp[]): (BlockStart & { count: number })[] {
    const starts: (BlockStart & { count: number })[] = []
    for (const block of blocks) {
      for (const parts of block.pieces(BLOCK_BYTES_MIN)) {
        const main = parts.mains[0] as number
        const sub = parts.subs[0] as number
        starts.push({ main, sub, count: parts.mains.length })
        ops.push({ type: 'put', key: this.#blockKey(main, sub), value: encodeBlock(main, parts) })
      }
    }
    return starts
  }

  /** What is lost of it in a crash is found again: the compaction starts over. */
  async #sweepSome(): Promise<void> {
    if (!this.#dead.running) return
    const storedBefore = this.#records.unwrittenFrom ?? Infinity
    const swept = this.#dead.step(storedBefore, (main, sub) => this.#readBlock(main, sub))
    const ops = swept.map(({ main, sub, block }): EngineOp => {
      this.#cache.delete(revisionId(main, sub))
      const key = this.#blockKey(main, sub)
      return block ? { type: 'put', key, value: block } : { type: 'del', key }
    })
    await this.#batch(ops)
    for (const { main, sub } of swept) this.#cache.delete(revisionId(main, sub))
    this.#dead.wrote()
  }

  async sizeBytes(): Promise<number> {
    return await this.#engine.sizeBytes()
  }

  async compact(): Promise<void> {
    await this.#engine.compact()
  }

  #blockKey(main: number, sub: number): Buffer {
    const key = Buffer.allocUnsafe(2 + REVISION_BYTES)
    key[0] = this.#area
    key[1] = BLOCKS
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
