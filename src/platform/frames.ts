import type { Socket } from 'node:net'
import { assert } from '../base/index.ts'

/** What a member of the store sends in one frame is far below; more is not its protocol. */
export const MAX_FRAME_BYTES = 256 * 1024 * 1024
const HEADER_BYTES = 4
/** In a frame's length: asks whether the other side is there, or answers that. */
const ECHO_LENGTH = 0xffff_ffff
/** What reading gives for it; told by being this very array. */
export const ECHO: Uint8Array = new Uint8Array(0)
const ECHO_HEADER = Buffer.alloc(HEADER_BYTES, 0xff)

export function writeEcho(socket: Socket): void {
  socket.write(ECHO_HEADER)
}

/**
 * Writes a frame: its length in four bytes, then its bytes. False when the buffer is full. In one
 * piece: a socket's second write costs more than copying.
 */
export function writeFrame(socket: Socket, frame: Uint8Array): boolean {
  assert(frame.length <= MAX_FRAME_BYTES, 'a frame fits its bound')
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + frame.length)
  bytes.writeUInt32BE(frame.length)
  bytes.set(frame, HEADER_BYTES)
  return socket.write(bytes)
}

/** Cuts a stream of bytes into frames. */
export class FrameReader {
  #chunks: Buffer[] = []
  #size = 0
  #need = HEADER_BYTES
  #inHeader = true

  /** Adds bytes; each frame that is complete now, in order. Frames may share memory with the chunks. */
  push(chunk: Buffer): Uint8Array[] {
    const frames: Uint8Array[] = []
    this.#chunks.push(chunk)
    this.#size += chunk.length
    while (this.#size >= this.#need) {
      const piece = this.#take(this.#need)
      if (this.#inHeader) {
        const length = piece.readUInt32BE()
        if (length === ECHO_LENGTH) {
          frames.push(ECHO)
          continue
        }
        this.#need = length
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
    this.#size -= length
    const first = this.#chunks[0]
    if (first && first.length > length) {
      this.#chunks[0] = first.subarray(length)
      return first.subarray(0, length)
    }
    if (first?.length === length) return this.#chunks.shift() as Buffer
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
    return piece
  }
}

/**
 * Frames of a socket: taken one by one, with back-pressure, or given to a listener as they come. A
 * generator would be the largest part of what a small frame costs.
 */
export class FrameStream {
  readonly #socket: Socket
  readonly #reader = new FrameReader()
  #queue: Uint8Array[] = []
  #onFrame: ((frame: Uint8Array) => void) | undefined
  #wake: (() => void) | undefined
  #ended = false
  #error: Error | undefined

  /** From now on the socket's bytes are this one's. */
  constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('end', () => {
      this.#ended = true
      this.#wake?.()
    })
    socket.on('error', (error) => (this.#error ??= error))
    socket.on('close', () => {
      if (!this.#ended) this.#error ??= new Error('the connection broke')
      this.#wake?.()
    })
  }

  /** Undefined at the end. Throws when the connection breaks. One call at a time. */
  async next(): Promise<Uint8Array | undefined> {
    for (;;) {
      const frame = this.#queue.shift()
      if (frame) return frame
      if (this.#over()) return undefined
      this.#socket.resume()
      await this.#more()
    }
  }

  /** Gives every further frame to `onFrame`. Resolves at the end, throws when the connection breaks. */
  async listen(onFrame: (frame: Uint8Array) => void): Promise<void> {
    for (const frame of this.#queue.splice(0)) onFrame(frame)
    this.#onFrame = onFrame
    this.#socket.resume()
    while (!this.#over()) await this.#more()
  }

  #over(): boolean {
    if (this.#error) throw this.#error
    return this.#ended
  }

  #more(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve
    })
  }

  #onData(chunk: Buffer): void {
    let frames: Uint8Array[]
    try {
      frames = this.#reader.push(chunk)
    } catch (error) {
      this.#socket.destroy(error instanceof Error ? error : new Error(String(error)))
      return
    }
    if (this.#onFrame) {
      for (const frame of frames) this.#onFrame(frame)
      return
    }
    this.#queue.push(...frames)
    if (this.#queue.length === 0) return
    this.#socket.pause()
    this.#wake?.()
  }
}
