import type { MemberId } from '../../base/index.ts'
import { crc32 } from './crc.ts'

/** Whose log it is. */
export interface WalIdentity {
  /** 64 bits. */
  readonly clusterId: bigint
  readonly memberId: MemberId
}

export interface SegmentHeader extends WalIdentity {
  /** From 1, one more for each segment. */
  readonly sequence: number
  /** Number of the segment's first batch. */
  readonly firstBatch: number
  /** The checksum chain at the end of the segment before. */
  readonly chain: number
}

/*
 * A segment: a header, then batches, then zeros. One batch is one write: a header, records, a
 * trailer. The next batch is only written when the one before is durable; so whatever stands
 * before a sound batch header was durable once, and what is wrong there is damage, no torn write.
 */
export const SEGMENT_HEADER_BYTES = 64
export const BATCH_HEADER_BYTES = 24
const TRAILER_BYTES = 8
const SEGMENT_MAGIC = Buffer.from('NAVWAL01')
const BATCH_MAGIC = 0x4e415642

export function segmentName(sequence: number): string {
  return `${sequence.toString(16).padStart(16, '0')}.wal`
}

export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const bytes = Buffer.alloc(SEGMENT_HEADER_BYTES)
  SEGMENT_MAGIC.copy(bytes)
  bytes.writeBigUInt64LE(BigInt(header.sequence), 8)
  bytes.writeBigUInt64LE(BigInt(header.firstBatch), 16)
  bytes.writeUInt32LE(header.chain, 24)
  bytes.writeBigUInt64LE(header.clusterId, 32)
  bytes.writeBigUInt64LE(BigInt(header.memberId), 40)
  bytes.writeUInt32LE(crc32(bytes.subarray(0, 60), 0), 60)
  return bytes
}

/** Undefined when these are not the bytes of a segment's header. */
export function decodeSegmentHeader(bytes: Buffer): SegmentHeader | undefined {
  if (bytes.length < SEGMENT_HEADER_BYTES) return undefined
  if (!bytes.subarray(0, 8).equals(SEGMENT_MAGIC)) return undefined
  if (crc32(bytes.subarray(0, 60), 0) !== bytes.readUInt32LE(60)) return undefined
  return {
    sequence: Number(bytes.readBigUInt64LE(8)),
    firstBatch: Number(bytes.readBigUInt64LE(16)),
    chain: bytes.readUInt32LE(24),
    clusterId: bytes.readBigUInt64LE(32),
    memberId: Number(bytes.readBigUInt64LE(40)),
  }
}

/** Bytes that a batch of `payloadBytes` takes in a segment. */
export function batchBytes(payloadBytes: number): number {
  return BATCH_HEADER_BYTES + align(payloadBytes) + TRAILER_BYTES
}

export function align(length: number): number {
  return Math.ceil(length / 8) * 8
}

/** Fills in header and trailer of a batch whose payload stands in its place. Returns the new chain. */
export function sealBatch(
  batch: Buffer,
  options: { payloadBytes: number; number: number; chain: number; salt: number },
): number {
  const end = BATCH_HEADER_BYTES + options.payloadBytes
  const chain = crc32(batch.subarray(BATCH_HEADER_BYTES, end), options.chain)
  batch.writeUInt32LE(BATCH_MAGIC, 0)
  batch.writeUInt32LE(options.payloadBytes, 4)
  batch.writeBigUInt64LE(BigInt(options.number), 8)
  batch.writeUInt32LE(chain, 16)
  batch.writeUInt32LE(crc32(batch.subarray(0, 20), options.salt), 20)
  batch.writeBigUInt64LE(BigInt(options.number), batch.length - TRAILER_BYTES)
  return chain
}

/** Keeps a user's bytes from passing as a batch header: only this segment's salt fits. */
export function saltOf(header: SegmentHeader): number {
  return encodeSegmentHeader(header).readUInt32LE(60)
}

export interface BatchHeader {
  readonly payloadBytes: number
  readonly number: number
  readonly chain: number
}

/** The batch header at `offset`, or undefined when there is none that is sound. */
export function batchHeaderAt(
  segment: Buffer,
  offset: number,
  salt: number,
): BatchHeader | undefined {
  if (offset + BATCH_HEADER_BYTES > segment.length) return undefined
  if (segment.readUInt32LE(offset) !== BATCH_MAGIC) return undefined
  const crc = segment.readUInt32LE(offset + 20)
  if (crc32(segment.subarray(offset, offset + 20), salt) !== crc) return undefined
  return {
    payloadBytes: segment.readUInt32LE(offset + 4),
    number: Number(segment.readBigUInt64LE(offset + 8)),
    chain: segment.readUInt32LE(offset + 16),
  }
}
