import type { Socket } from 'node:net'
import { assert } from '../base/index.ts'

/** What a member of the store sends in one frame is far below; more is not its protocol. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024
const HEADER_BYTES = 4

/** Writes a frame: its length in four bytes, then its bytes. False when the buffer is full. */
export function writeFrame(socket: Socket, frame: Uint8Array): boolean {
  assert(frame.length <= MAX_FRAME_BYTES, 'a frame fits its bound')
  const header = Buffer.allocUnsafe(HEADER_BYTES)
  header.writeUInt32BE(frame.length)
  socket.write(header)
  return socket.write(frame)
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #chunks: Buffer[] = []
  #size = 0
  #need = HEADER_BYTES
  #inHeader = true

  /** Adds bytes; each frame that is complete now, in order. Frames are copies. */
  push(chunk: Buffer): Uint8Array[] {
    const frames: Uint8Array[] = []
    this.#chunks.push(chunk)
    this.#size += chunk.length
    while (this.#size >= this.#need) {
      const piece = this.#take(this.#need)
      if (this.#inHeader) {
        this.#need = piece.readUInt32BE()
        if (this.#need > MAX_FRAME_BYTES) throw new Error(`frame of ${this.#need} bytes`)
        this.#inHeader = false
      } else {
        this.#inHeader = true
        this.#need = HEADER_BYTES
        frames.push(piece)
      }
    }
    return frames
  }

  #take(length: number): Buffer {
    const piece = Buffer.allocUnsafeSlow(length)
    let filled = 0
    while (filled < length) {
      const chunk = this.#chunks[0] as Buffer
      const part = Math.min(chunk.length, length - filled)
      chunk.copy(piece, filled, 0, part)
      filled += part
      if (part === chunk.length) this.#chunks.shift()
      else this.#chunks[0] = chunk.subarray(part)
    }
    this.#size -= length
    return piece
  }
}

/** Frames of a socket as they come, with back-pressure. Throws when the connection breaks. */
export async function* readFrames(socket: Socket): AsyncGenerator<Uint8Array> {
  const reader = new FrameReader()
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    yield* reader.push(chunk as Buffer)
  }
}
