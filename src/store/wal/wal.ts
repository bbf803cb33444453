import { assert, DiskError } from '../../base/index.ts'
import type { DiskFile } from '../../base/index.ts'
import type { LogIndex } from '../../raft/index.ts'
import { ByteWriter } from './bytes.ts'
import { type WalContents, WalReplay } from './contents.ts'
import {
  type CurrentSegment,
  newSegment,
  type OpenedLog,
  prepareFile,
  publish,
  readLog,
  type SealedSegment,
  SEGMENT_BYTES_DEFAULT,
  segmentNames,
  syncParents,
  type WalOptions,
} from './files.ts'
import { type LatestRecords, recordsOf, remember, latestOf } from './latest.ts'
import { type WalRecord, writeRecord } from './records.ts'
import {
  BATCH_HEADER_BYTES,
  batchBytes,
  decodeSegmentHeader,
  encodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  sealBatch,
  type WalIdentity,
} from './segment.ts'

/**
 * The write-ahead log. One write at a time, durable when it returns; the caller collects what
 * arrives meanwhile into the next (group commit). Any error of the disk is final: a retried sync
 * may lie, so the log is not usable afterwards and the member has to stop.
 */
export class Wal {
  readonly #options: WalOptions
  readonly #segmentBytes: number
  readonly #writer = new ByteWriter()
  #sealed: SealedSegment[]
  #current: CurrentSegment
  #nextBatch: number
  #chain: number
  #latest: LatestRecords
  #busy = false
  #payloadBytes = 0
  #prepared: Promise<DiskFile> | undefined
  /** Why the next segment could not be made, where trying again is no use. */
  #failure: unknown

  private constructor(options: WalOptions, opened: OpenedLog) {
    this.#options = options
    this.#segmentBytes = options.segmentBytes ?? SEGMENT_BYTES_DEFAULT
    this.#sealed = opened.sealed
    this.#current = opened.current
    this.#nextBatch = opened.nextBatch
    this.#chain = opened.chain
    this.#latest = latestOf(opened.contents)
  }

  /** Whether there is a log in the folder. */
  static async exists(options: Pick<WalOptions, 'disk' | 'folder'>): Promise<boolean> {
    return (await segmentNames(options)).length > 0
  }

  /** Whose log it is. Undefined: there is none, or it is damaged. */
  static async identityOf(
    options: Pick<WalOptions, 'disk' | 'folder'>,
  ): Promise<WalIdentity | undefined> {
    const [first] = await segmentNames(options)
    if (first === undefined) return undefined
    const file = await options.disk.open(`${options.folder}/${first}`)
    try {
      const bytes = await file.read(0, SEGMENT_HEADER_BYTES)
      return decodeSegmentHeader(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length))
    } finally {
      await file.close()
    }
  }

  /** Starts a log in a folder that has none. */
  static async create(
    options: WalOptions,
    identity: WalIdentity,
    records: readonly WalRecord[],
  ): Promise<Wal> {
    await options.disk.mkdir(options.folder)
    const segmentBytes = options.segmentBytes ?? SEGMENT_BYTES_DEFAULT
    const file = await prepareFile(options, segmentBytes)
    const header = { ...identity, sequence: 1, firstBatch: 1, chain: 0 }
    const current = newSegment(header, { file, sizeBytes: segmentBytes })
    const contents = new WalReplay().contents()
    const wal = new Wal(options, { sealed: [], current, nextBatch: 1, chain: 0, contents })
    try {
      await file.write(0, encodeSegmentHeader(header))
      // Written before the file gets its name: a crash leaves a whole log or none.
      await wal.append(records)
      await publish(options, current.name)
      await syncParents(options)
    } catch (error) {
      await file.close()
      throw error
    }
    return wal
  }

  /**
   * Reads a log and goes on writing behind it. A torn last write is cut off. Throws
   * `WalDamagedError` for anything else that is wrong, `WalIdentityError` for another's log.
   */
  static async open(
    options: WalOptions,
    identity: WalIdentity,
  ): Promise<{ wal: Wal; contents: WalContents }> {
    const opened = await readLog(options, identity)
    return { wal: new Wal(options, opened), contents: opened.contents }
  }

  /** Makes records durable as one batch: all of them or, after a crash, perhaps none. */
  async append(records: readonly WalRecord[]): Promise<void> {
    assert(!this.#busy, 'wal: one write at a time, and none after a failed one')
    if (records.length === 0) return
    this.#busy = true
    this.#encode(records)
    const fits = this.#current.end + this.#writer.length <= this.#current.sizeBytes
    if (fits) await this.#write()
    else await this.#roll(records)
    this.#current.lastIndex = Math.max(this.#current.lastIndex, lastIndexOf(records))
    for (const record of records) remember(this.#latest, record)
    if (this.#current.end > this.#current.sizeBytes / 2) this.#prepare()
    this.#busy = false
  }

  /** Removes the oldest segments while none of their entries lies behind `index`. */
  async release(index: LogIndex): Promise<void> {
    for (;;) {
      const oldest = this.#sealed[0]
      if (!oldest || oldest.lastIndex > index) return
      this.#sealed.shift()
      await this.#options.disk.remove(`${this.#options.folder}/${oldest.name}`)
    }
  }

  /** Segments on disk, the one that is being written included. */
  get segmentCount(): number {
    return this.#sealed.length + 1
  }

  /** Whether the next segment can be made, if it could not before. */
  async hasRoom(): Promise<boolean> {
    if (!this.#prepared || (await this.#madeNext())) return true
    // A write that goes into the next segment makes it itself.
    if (this.#busy) return false
    this.#prepared = undefined
    this.#prepare()
    return (await this.#madeNext()) !== undefined
  }

  #madeNext(): Promise<DiskFile | undefined> {
    return (this.#prepared ?? Promise.resolve(undefined)).catch(() => undefined)
  }

  /** The caller has awaited its last append. */
  async close(): Promise<void> {
    await this.#current.file.close()
    const prepared = await this.#prepared?.catch(() => undefined)
    await prepared?.close()
  }

  #encode(records: readonly WalRecord[]): void {
    this.#writer.reset()
    this.#writer.padTo(BATCH_HEADER_BYTES)
    for (const record of records) writeRecord(this.#writer, record)
    this.#payloadBytes = this.#writer.length - BATCH_HEADER_BYTES
    this.#writer.padTo(batchBytes(this.#payloadBytes))
  }

  async #write(): Promise<void> {
    const { file, end, salt } = this.#current
    const payloadBytes = this.#payloadBytes
    const sealing = { payloadBytes, number: this.#nextBatch, chain: this.#chain, salt }
    const chain = sealBatch(this.#writer.view(), sealing)
    await file.write(end, this.#writer.view())
    this.#current.end = end + this.#writer.length
    this.#chain = chain
    this.#nextBatch++
  }

  /** Goes on in a new segment, which repeats what the older ones say apart from entries. */
  async #roll(records: readonly WalRecord[]): Promise<void> {
    const previous = this.#current
    // Prepared early; where that failed, there may be room by now.
    const early = await this.#prepared?.catch(() => undefined)
    if (this.#failure !== undefined) throw this.#failure
    const file = early ?? (await prepareFile(this.#options, this.#segmentBytes))
    this.#prepared = undefined
    this.#encode([...recordsOf(this.#latest), ...records])
    const sequence = previous.header.sequence + 1
    const header = {
      ...previous.header,
      sequence,
      firstBatch: this.#nextBatch,
      chain: this.#chain,
    }
    // A batch larger than a segment makes its segment larger.
    const sizeBytes = Math.max(this.#segmentBytes, SEGMENT_HEADER_BYTES + this.#writer.length)
    this.#current = newSegment(header, { file, sizeBytes })
    try {
      await file.write(0, encodeSegmentHeader(header))
      await this.#write()
      await publish(this.#options, this.#current.name)
      this.#sealed.push({ name: previous.name, lastIndex: previous.lastIndex })
    } finally {
      await previous.file.close()
    }
  }

  /** Starts to fill the next segment's file, beside the writes to this one. */
  #prepare(): void {
    if (this.#prepared) return
    this.#prepared = prepareFile(this.#options, this.#segmentBytes)
    // Not fatal yet: this segment has room left, and the operator time to make some.
    this.#prepared.catch((error: unknown) => {
      const { log, folder, onNoRoom } = this.#options
      log.warn('cannot make the next segment of the log', { folder, error })
      // After a failed sync the next one may lie: only a full disk is tried again.
      if (error instanceof DiskError && error.code === 'no-space') onNoRoom?.()
      else this.#failure = error
    })
  }
}

function lastIndexOf(records: readonly WalRecord[]): LogIndex {
  let last = 0
  for (const record of records) {
    if (record.type === 'entry') last = Math.max(last, record.entry.index)
  }
  return last
}
