import type { Duplex } from 'node:stream'
import { FRAME_HEADER_BYTES, writeFrameHead, type FrameHead } from './frame.ts'

/** Larger payloads are handed to the socket as they are. */
const COPY_BYTES_MAX = 8 * 1024
/** Frames are gathered in blocks of this size; the first is small, as many connections say little. */
const SLAB_BYTES = 64 * 1024
const FIRST_SLAB_BYTES = COPY_BYTES_MAX + 1024
/** Gathered bytes that do not wait for the turn's end. */
const FLUSH_BYTES = 256 * 1024
/** The socket has enough: streams wait. */
const SOCKET_BYTES_HIGH = 512 * 1024

/**
 * What leaves a connection. All frames of one turn of the event loop leave in one write to the
 * socket: that, and not the frames, is what costs.
 */
export class Output {
  readonly #socket: Duplex
  readonly #onRoom: () => void
  #slab = Buffer.allocUnsafeSlow(FIRST_SLAB_BYTES)
  /** Bytes of the slab before `#from` are the socket's, up to `#at` they are gathered. */
  #from = 0
  #at = 0
  #pieces: Uint8Array[] = []
  #gathered = 0
  #scheduled = false
  #waiting = false
  readonly #flush = () => {
    this.#scheduled = false
    this.flush()
  }

  /** `onRoom` is called when the socket has taken what it had too much of. */
  constructor(options: { socket: Duplex; onRoom: () => void }) {
    this.#socket = options.socket
    this.#onRoom = options.onRoom
    this.#socket.on('drain', () => {
      if (!this.#waiting) return
      this.#waiting = false
      this.#onRoom()
    })
  }

  /** Whether streams have to wait for the socket. */
  get full(): boolean {
    return this.#waiting
  }

  frame(head: Omit<FrameHead, 'length'>, payload: Uint8Array): void {
    const { length } = payload
    const room = length <= COPY_BYTES_MAX ? FRAME_HEADER_BYTES + length : FRAME_HEADER_BYTES
    if (this.#at + room > this.#slab.length) this.#nextSlab()
    this.#at = writeFrameHead(this.#slab, this.#at, {
      length,
      type: head.type,
      flags: head.flags,
      streamId: head.streamId,
    })
    if (length <= COPY_BYTES_MAX) {
      this.#slab.set(payload, this.#at)
      this.#at += length
    } else {
      this.#closePiece()
      this.#pieces.push(payload)
    }
    this.#gathered += FRAME_HEADER_BYTES + length
    if (this.#gathered >= FLUSH_BYTES) this.flush()
    else this.#schedule()
  }

  /** Bytes of whole frames. */
  raw(bytes: Uint8Array): void {
    this.#closePiece()
    this.#pieces.push(bytes)
    this.#gathered += bytes.length
    this.#schedule()
  }

  flush(): void {
    if (this.#gathered === 0) return
    this.#closePiece()
    const pieces = this.#pieces
    this.#pieces = []
    this.#gathered = 0
    if (!this.#socket.writable) return
    if (pieces.length === 1) this.#write(pieces[0] as Uint8Array)
    else {
      this.#socket.cork()
      for (const piece of pieces) this.#write(piece)
      this.#socket.uncork()
    }
    if (this.#socket.writableLength > SOCKET_BYTES_HIGH) this.#waiting = true
  }

  #write(piece: Uint8Array): void {
    this.#socket.write(piece)
  }

  #schedule(): void {
    if (this.#scheduled) return
    this.#scheduled = true
    process.nextTick(this.#flush)
  }

  #nextSlab(): void {
    this.#closePiece()
    this.#slab = Buffer.allocUnsafeSlow(SLAB_BYTES)
    this.#from = 0
    this.#at = 0
  }

  #closePiece(): void {
    if (this.#at === this.#from) return
    this.#pieces.push(this.#slab.subarray(this.#from, this.#at))
    this.#from = this.#at
  }
}
