import { ConnectionFault, ErrorCode } from './errors.ts'
import { FRAME_HEADER_BYTES, type FrameHead, PREFACE } from './frame.ts'

/** Gets a payload that is part of what was read: whoever keeps it keeps the whole read. */
export type OnFrame = (head: FrameHead, payload: Buffer) => void

/** Cuts what a client sends into frames, however it was cut on its way. */
export class FrameReader {
  readonly #frameBytesMax: number
  readonly #onFrame: OnFrame
  #prefaceLeft = PREFACE.length
  /** A frame that came in parts: its head, or the whole of it once the head is known. */
  #partial: Buffer | undefined
  #filled = 0
  readonly #head = { length: 0, type: 0, flags: 0, streamId: 0 }

  constructor(options: { frameBytesMax: number; onFrame: OnFrame }) {
    this.#frameBytesMax = options.frameBytesMax
    this.#onFrame = options.onFrame
  }

  /** Throws `ConnectionFault`, and what `onFrame` throws. */
  push(chunk: Buffer): void {
    let at = this.#prefaceLeft > 0 ? this.#preface(chunk) : 0
    while (at < chunk.length) {
      at =
        this.#partial || chunk.length - at < FRAME_HEADER_BYTES
          ? this.#resume(chunk, at)
          : this.#take(chunk, at)
    }
  }

  #preface(chunk: Buffer): number {
    const begin = PREFACE.length - this.#prefaceLeft
    const length = Math.min(this.#prefaceLeft, chunk.length)
    if (chunk.compare(PREFACE, begin, begin + length, 0, length) !== 0) {
      throw new ConnectionFault(ErrorCode.protocolError, 'not the preface of HTTP/2')
    }
    this.#prefaceLeft -= length
    return length
  }

  /** A frame that lies in the chunk whole, or begins there. */
  #take(chunk: Buffer, at: number): number {
    this.#readHead(chunk, at)
    const end = at + FRAME_HEADER_BYTES + this.#head.length
    if (end > chunk.length) {
      this.#partial = Buffer.allocUnsafe(end - at)
      this.#filled = chunk.copy(this.#partial, 0, at)
      return chunk.length
    }
    this.#onFrame(this.#head, chunk.subarray(at + FRAME_HEADER_BYTES, end))
    return end
  }

  #resume(chunk: Buffer, at: number): number {
    this.#partial ??= Buffer.allocUnsafe(FRAME_HEADER_BYTES)
    const copied = chunk.copy(this.#partial, this.#filled, at)
    this.#filled += copied
    if (this.#filled < this.#partial.length) return at + copied
    let frame = this.#partial
    this.#readHead(frame, 0)
    if (frame.length === FRAME_HEADER_BYTES && this.#head.length > 0) {
      frame = Buffer.allocUnsafe(FRAME_HEADER_BYTES + this.#head.length)
      this.#partial.copy(frame)
      this.#partial = frame
      return at + copied
    }
    this.#partial = undefined
    this.#filled = 0
    this.#onFrame(this.#head, frame.subarray(FRAME_HEADER_BYTES))
    return at + copied
  }

  #readHead(bytes: Buffer, at: number): void {
    const head = this.#head
    head.length = bytes.readUIntBE(at, 3)
    head.type = bytes[at + 3] as number
    head.flags = bytes[at + 4] as number
    head.streamId = bytes.readUInt32BE(at + 5) & 0x7fff_ffff
    if (head.length > this.#frameBytesMax) {
      throw new ConnectionFault(ErrorCode.frameSizeError, 'a frame is larger than was agreed')
    }
  }
}
