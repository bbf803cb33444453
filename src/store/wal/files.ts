import type { Disk, DiskFile, Log } from '../../base/index.ts'
import type { LogIndex } from '../../raft/index.ts'
import { type WalContents, WalReplay } from './contents.ts'
import { WalDamagedError, WalIdentityError } from './errors.ts'
import { isZero, type ScannedSegment, scanSegment } from './scan.ts'
import {
  decodeSegmentHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  saltOf,
  segmentName,
  type WalIdentity,
} from './segment.ts'

export interface WalOptions {
  readonly disk: Disk
  /** The log's own folder. */
  readonly folder: string
  readonly log: Log
  /** Size of a segment, preallocated and filled with zeros. Default 16 MiB. */
  readonly segmentBytes?: number
  /** The disk has no room for the next segment; the present one still has some. */
  readonly onNoRoom?: () => void
}

export const SEGMENT_BYTES_DEFAULT = 16 * 1024 * 1024
const ZERO_PIECE_BYTES = 1024 * 1024
/** A segment being prepared; without meaning after a restart. */
const PREPARED_NAME = 'next.tmp'

/** A segment that is full. */
export interface SealedSegment {
  readonly name: string
  /** The highest entry that ever stood in it. */
  readonly lastIndex: LogIndex
}

/** The segment that is written to. */
export interface CurrentSegment {
  readonly header: SegmentHeader
  readonly salt: number
  readonly name: string
  readonly file: DiskFile
  readonly sizeBytes: number
  lastIndex: LogIndex
  /** Where the next batch goes. */
  end: number
}

export interface OpenedLog {
  readonly sealed: SealedSegment[]
  readonly current: CurrentSegment
  readonly nextBatch: number
  readonly chain: number
  readonly contents: WalContents
}

export function newSegment(
  header: SegmentHeader,
  options: { file: DiskFile; sizeBytes: number },
): CurrentSegment {
  const name = segmentName(header.sequence)
  return {
    header,
    salt: saltOf(header),
    name,
    ...options,
    lastIndex: 0,
    end: SEGMENT_HEADER_BYTES,
  }
}

/** Names of the log's segments, oldest first. */
export async function segmentNames(at: Pick<WalOptions, 'disk' | 'folder'>): Promise<string[]> {
  if (!(await at.disk.stat(at.folder))) return []
  return (await at.disk.list(at.folder)).filter((name) => /^[0-9a-f]{16}\.wal$/.test(name))
}

/** A file of zeros, on disk as such: writes within it need no change of the file's metadata. */
export async function prepareFile(options: WalOptions, sizeBytes: number): Promise<DiskFile> {
  const { disk, folder } = options
  const path = `${folder}/${PREPARED_NAME}`
  await disk.remove(path)
  try {
    const plain = await disk.open(path, { create: true })
    try {
      await writeZeros(plain, 0, sizeBytes)
      await plain.sync()
    } finally {
      await plain.close()
    }
  } catch (error) {
    // On a full disk the part that did fit is given back: others need the space more.
    await disk.remove(path).catch(() => undefined)
    throw error
  }
  return disk.open(path, { dataSync: true })
}

/** Gives the prepared file its name: from now on it is part of the log. */
export async function publish(options: WalOptions, name: string): Promise<void> {
  await options.disk.rename(`${options.folder}/${PREPARED_NAME}`, `${options.folder}/${name}`)
  await options.disk.syncFolder(options.folder)
}

/** Makes the log's folder, and the one that it stands in, outlive a power failure. */
export async function syncParents({ disk, folder }: WalOptions): Promise<void> {
  let path = folder
  for (let i = 0; i < 2 && path.includes('/'); i++) {
    path = path.slice(0, path.lastIndexOf('/'))
    if (path !== '') await disk.syncFolder(path)
  }
}

async function writeZeros(file: DiskFile, from: number, to: number): Promise<void> {
  const zeros = new Uint8Array(Math.min(ZERO_PIECE_BYTES, to - from))
  for (let at = from; at < to; at += zeros.length) {
    await file.write(at, zeros.subarray(0, to - at))
  }
}

/** Reads every segment. Throws `WalDamagedError` and `WalIdentityError`. */
export async function readLog(options: WalOptions, identity: WalIdentity): Promise<OpenedLog> {
  const { disk, folder } = options
  const names = await segmentNames(options)
  const replay = new WalReplay()
  const sealed: SealedSegment[] = []
  let previous: { header: SegmentHeader; scanned: ScannedSegment } | undefined
  for (const name of names) {
    const path = `${folder}/${name}`
    const read = await disk.readFile(path)
    const bytes = Buffer.from(read.buffer, read.byteOffset, read.length)
    const header = decodeSegmentHeader(bytes)
    if (!header) throw new WalDamagedError(path, 0, 'the header is not that of a log segment')
    checkIdentity(path, header, identity)
    checkOrder(path, name, header, previous)
    const isLast = name === names.at(-1)
    const scanned = scanSegment(path, bytes, header, isLast)
    const lastIndex = replaySegment(path, scanned, replay)
    previous = { header, scanned }
    if (!isLast) sealed.push({ name, lastIndex })
    else {
      const contents = contentsOf(path, replay)
      const current = await reopen(options, { path, header, scanned, bytes })
      current.lastIndex = lastIndex
      const { nextBatch, chain } = scanned
      return { sealed, current, nextBatch, chain, contents }
    }
  }
  throw new WalDamagedError(folder, 0, 'the folder holds no log segment')
}

function replaySegment(path: string, scanned: ScannedSegment, replay: WalReplay): LogIndex {
  let lastIndex = 0
  for (const { payload, offset } of scanned.batches) {
    try {
      lastIndex = Math.max(lastIndex, replay.addBatch(payload))
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      throw new WalDamagedError(path, offset, why)
    }
  }
  return lastIndex
}

function contentsOf(path: string, replay: WalReplay): WalContents {
  try {
    return replay.contents()
  } catch (error) {
    throw new WalDamagedError(path, 0, error instanceof Error ? error.message : String(error))
  }
}

function checkIdentity(path: string, header: SegmentHeader, identity: WalIdentity): void {
  if (header.clusterId !== identity.clusterId) {
    throw new WalIdentityError(
      `${path}: this data folder belongs to cluster ${header.clusterId.toString(16)}, ` +
        `not to ${identity.clusterId.toString(16)} that the configuration describes; ` +
        'give the member its own data folder, or start it with the members and token it was made with',
    )
  }
  if (header.memberId !== identity.memberId) {
    throw new WalIdentityError(
      `${path}: this data folder belongs to member ${header.memberId.toString(16)}, ` +
        `not to ${identity.memberId.toString(16)}; give each member its own data folder`,
    )
  }
}

function checkOrder(
  path: string,
  name: string,
  header: SegmentHeader,
  previous: { header: SegmentHeader; scanned: ScannedSegment } | undefined,
): void {
  if (segmentName(header.sequence) !== name) {
    throw new WalDamagedError(path, 8, `the file holds segment ${header.sequence}`)
  }
  if (!previous) return
  const { scanned } = previous
  if (header.sequence !== previous.header.sequence + 1) {
    throw new WalDamagedError(path, 8, `segment ${previous.header.sequence + 1} is missing`)
  }
  if (header.firstBatch !== scanned.nextBatch || header.chain !== scanned.chain) {
    throw new WalDamagedError(path, 16, 'it does not continue the segment before')
  }
}

/** Opens the last segment for writing, and overwrites a torn write with zeros. */
async function reopen(
  options: WalOptions,
  last: { path: string; header: SegmentHeader; scanned: ScannedSegment; bytes: Buffer },
): Promise<CurrentSegment> {
  const { path, header, scanned, bytes } = last
  const file = await options.disk.open(path, { dataSync: true })
  const sizeBytes = Math.max(bytes.length, options.segmentBytes ?? SEGMENT_BYTES_DEFAULT)
  try {
    if (scanned.torn) {
      options.log.warn('cut a torn write off the log', { path, offset: scanned.end })
      await writeZeros(file, scanned.end, lastByte(bytes))
    }
    // A file that is too short lost its zeros: they are written again.
    if (bytes.length < sizeBytes) await writeZeros(file, bytes.length, sizeBytes)
    // What was read last may be known to the kernel alone: its writer was ended before it was on
    // disk, or was told that it is not. Others will be told that this member has it.
    const last = scanned.batches.at(-1)
    if (last) await file.write(last.offset, bytes.subarray(last.offset, scanned.end))
    await options.disk.syncFolder(options.folder)
  } catch (error) {
    await file.close()
    throw error
  }
  const current = newSegment(header, { file, sizeBytes })
  current.end = scanned.end
  return current
}

/** One more than the offset of the last byte that is not zero, in whole steps of 4 KiB. */
function lastByte(bytes: Buffer): number {
  const step = 4096
  let end = bytes.length
  while (end > step && isZero(bytes.subarray(0, end), end - step)) end -= step
  return end
}
