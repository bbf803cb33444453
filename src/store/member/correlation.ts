import type { MemberId } from '../../base/index.ts'

/** In front of every payload in the log: who proposed it, and which of its proposals it is. */
export const CORRELATION_BYTES = 16

export interface Correlation {
  readonly proposer: MemberId
  readonly sequence: number
}

/** Puts the parts of a payload behind the correlation: the one time that a request is copied. */
export function withCorrelation(
  payload: readonly Uint8Array[],
  { proposer, sequence }: Correlation,
): Buffer {
  const data = Buffer.allocUnsafe(CORRELATION_BYTES + payloadBytes(payload))
  writeUint53(data, 0, proposer)
  writeUint53(data, 8, sequence)
  let at = CORRELATION_BYTES
  for (const part of payload) {
    data.set(part, at)
    at += part.length
  }
  return data
}

export function payloadBytes(payload: readonly Uint8Array[]): number {
  let bytes = 0
  for (const part of payload) bytes += part.length
  return bytes
}

export function readCorrelation(data: Uint8Array): Correlation {
  return { proposer: readUint53(data, 0), sequence: readUint53(data, 8) }
}

// In two halves: big integers would cost more than all else that is done with a correlation.
function writeUint53(data: Buffer, at: number, value: number): void {
  data.writeUInt32BE(Math.floor(value / 2 ** 32), at)
  data.writeUInt32BE(value % 2 ** 32, at + 4)
}

function readUint53(data: Uint8Array, at: number): number {
  return uint32(data, at) * 2 ** 32 + uint32(data, at + 4)
}

function uint32(data: Uint8Array, at: number): number {
  const high = ((data[at] ?? 0) << 16) | ((data[at + 1] ?? 0) << 8) | (data[at + 2] ?? 0)
  return high * 256 + (data[at + 3] ?? 0)
}
