import { crc32 } from './crc.ts'
import { WalDamagedError } from './errors.ts'
import {
  BATCH_HEADER_BYTES,
  batchBytes,
  batchHeaderAt,
  SEGMENT_HEADER_BYTES,
  type SegmentHeader,
  saltOf,
} from './segment.ts'

export interface ScannedSegment {
  /** The sound batches, in order. They share memory with the segment. */
  readonly batches: readonly { readonly offset: number; readonly payload: Buffer }[]
  /** Number of the next batch. */
  readonly nextBatch: number
  /** The checksum chain after the last batch. */
  readonly chain: number
  /** Where the next batch goes. */
  readonly end: number
  /** Whether a write that never completed stands at `end`, to be overwritten with zeros. */
  readonly torn: boolean
}

/**
 * Reads a segment's batches. In the last segment a torn write ends it; damage anywhere throws
 * `WalDamagedError`. The two are told apart by what follows: a batch is only begun when the one
 * before is durable, and a write that did not complete leaves zeros of the preallocated file.
 */
export function scanSegment(
  path: string,
  segment: Buffer,
  header: SegmentHeader,
  isLast: boolean,
): ScannedSegment {
  const salt = saltOf(header)
  const batches: { offset: number; payload: Buffer }[] = []
  let { chain, firstBatch: nextBatch } = header
  let offset = SEGMENT_HEADER_BYTES
  for (;;) {
    const batch = batchHeaderAt(segment, offset, salt)
    if (!batch || batch.number !== nextBatch) break
    const start = offset + BATCH_HEADER_BYTES
    const payload = segment.subarray(start, start + batch.payloadBytes)
    if (payload.length < batch.payloadBytes) break
    if (crc32(payload, chain) !== batch.chain) break
    batches.push({ offset, payload })
    chain = batch.chain
    nextBatch++
    offset += batchBytes(batch.payloadBytes)
  }
  const torn = checkTail(path, segment, { offset, salt, isLast })
  return { batches, nextBatch, chain, end: offset, torn }
}

/** What stands behind the last sound batch: nothing (false), a torn write (true), or damage. */
function checkTail(
  path: string,
  segment: Buffer,
  tail: { offset: number; salt: number; isLast: boolean },
): boolean {
  const { offset, salt, isLast } = tail
  if (isZero(segment, offset)) return false
  if (!isLast) throw new WalDamagedError(path, offset, 'a newer segment follows')
  const bad = batchHeaderAt(segment, offset, salt)
  for (let at = offset + 8; at + BATCH_HEADER_BYTES <= segment.length; at += 8) {
    if (batchHeaderAt(segment, at, salt)) {
      throw new WalDamagedError(path, offset, `checksum mismatch; sound data follows at ${at}`)
    }
  }
  const end = bad ? offset + batchBytes(bad.payloadBytes) : offset + BATCH_HEADER_BYTES + 8
  if (!hasUnwrittenWord(segment, offset, end)) {
    throw new WalDamagedError(path, offset, 'checksum mismatch in what was written whole')
  }
  return true
}

/** Whether eight aligned zero bytes show that a write stopped short; the end of the file does too. */
function hasUnwrittenWord(segment: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at += 8) {
    if (at + 8 > segment.length) return true
    if (segment.readUInt32LE(at) === 0 && segment.readUInt32LE(at + 4) === 0) return true
  }
  return false
}

const ZEROS = Buffer.alloc(4096)

/** Whether nothing but zeros follows. */
export function isZero(segment: Buffer, from: number): boolean {
  for (let at = from; at < segment.length; at += ZEROS.length) {
    const piece = segment.subarray(at, at + ZEROS.length)
    if (!piece.equals(ZEROS.subarray(0, piece.length))) return false
  }
  return true
}
