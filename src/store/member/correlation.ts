import type { MemberId } from '../../base/index.ts'

/** In front of every payload in the log: who proposed it, and which of its proposals it is. */
export const CORRELATION_BYTES = 16

export interface Correlation {
  readonly proposer: MemberId
  readonly sequence: number
}

export function withCorrelation(payload: Uint8Array, { proposer, sequence }: Correlation): Buffer {
  const data = Buffer.allocUnsafe(CORRELATION_BYTES + payload.length)
  data.writeBigUInt64BE(BigInt(proposer), 0)
  data.writeBigUInt64BE(BigInt(sequence), 8)
  data.set(payload, CORRELATION_BYTES)
  return data
}

export function readCorrelation(data: Uint8Array): Correlation {
  const view = new DataView(data.buffer, data.byteOffset, CORRELATION_BYTES)
  return {
    proposer: Number(view.getBigUint64(0)),
    sequence: Number(view.getBigUint64(8)),
  }
}
