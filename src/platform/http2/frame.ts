/** RFC 9113 §4.1: length (3 bytes), type, flags, stream (4 bytes). */
export const FRAME_HEADER_BYTES = 9

/** RFC 9113 §6 */
export const FrameType = {
  data: 0x0,
  headers: 0x1,
  priority: 0x2,
  rstStream: 0x3,
  settings: 0x4,
  pushPromise: 0x5,
  ping: 0x6,
  goaway: 0x7,
  windowUpdate: 0x8,
  continuation: 0x9,
} as const

export const Flag = {
  ack: 0x1,
  endStream: 0x1,
  endHeaders: 0x4,
  padded: 0x8,
  priority: 0x20,
} as const

/** RFC 9113 §3.4: what a client says first. */
export const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 'latin1')

export interface FrameHead {
  readonly length: number
  readonly type: number
  readonly flags: number
  readonly streamId: number
}

/** Writes a frame's head; the place behind it. */
export function writeFrameHead(out: Buffer, at: number, head: FrameHead): number {
  const { length, streamId } = head
  out[at] = length >>> 16
  out[at + 1] = length >>> 8
  out[at + 2] = length
  out[at + 3] = head.type
  out[at + 4] = head.flags
  out[at + 5] = streamId >>> 24
  out[at + 6] = streamId >>> 16
  out[at + 7] = streamId >>> 8
  out[at + 8] = streamId
  return at + FRAME_HEADER_BYTES
}

/** A whole frame, for those that are rare. */
export function makeFrame(head: Omit<FrameHead, 'length'>, payload: Uint8Array): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + payload.length)
  frame.set(payload, writeFrameHead(frame, 0, { ...head, length: payload.length }))
  return frame
}

export function uint32(...values: number[]): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4)
  values.forEach((value, i) => bytes.writeUInt32BE(value, i * 4))
  return bytes
}
