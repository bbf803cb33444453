import { ErrorCode } from './errors.ts'
import { Flag, FrameType } from './frame.ts'
import type { Header } from './header-table.ts'
import { HpackEncoder } from './hpack-encoder.ts'
import { WINDOW_STALL_MS } from './limits.ts'
import type { Output } from './output.ts'
import { FRAME_BYTES_DEFAULT, type RemoteSettings, WINDOW_BYTES_DEFAULT } from './settings.ts'
import { WINDOW_BYTES_MAX } from './settings.ts'
import type { Http2Stream } from './stream.ts'

/** Larger frames would hold up the other streams. */
const FRAME_BYTES_MAX = 64 * 1024
const EMPTY = new Uint8Array(0)

export interface SenderOptions {
  readonly output: Output
  readonly nowMs: () => number
  /** A stream's answer is out. */
  readonly onEnd: (stream: Http2Stream) => void
}

/**
 * Sends answers within the client's windows (RFC 9113 §5.2). Streams that wait for the connection's
 * window or the socket go in turn, a frame each.
 */
export class Sender {
  readonly encoder = new HpackEncoder()
  readonly #options: SenderOptions
  readonly #waiting = new Set<Http2Stream>()
  #window = WINDOW_BYTES_DEFAULT
  #streamWindow = WINDOW_BYTES_DEFAULT
  #frameBytesMax = FRAME_BYTES_DEFAULT
  #queuedBytes = 0
  /** Since when the connection's window keeps streams waiting; 0: it does not. */
  #stalledSinceMs = 0
  #frames = 0

  constructor(options: SenderOptions) {
    this.#options = options
  }

  /** What a new stream may be sent. */
  get streamWindow(): number {
    return this.#streamWindow
  }

  /** How many frames of answers have left. */
  get frames(): number {
    return this.#frames
  }

  /** Of all streams together. */
  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** False when a window would grow beyond 2^31-1 (§6.9.2). */
  apply(settings: RemoteSettings, streams: Iterable<Http2Stream>): boolean {
    if (settings.headerTableBytes !== undefined) this.encoder.resize(settings.headerTableBytes)
    if (settings.frameBytesMax !== undefined) {
      this.#frameBytesMax = Math.min(settings.frameBytesMax, FRAME_BYTES_MAX)
    }
    if (settings.windowBytes === undefined) return true
    const more = settings.windowBytes - this.#streamWindow
    this.#streamWindow = settings.windowBytes
    for (const stream of streams) {
      stream.sendWindow += more
      if (stream.sendWindow > WINDOW_BYTES_MAX) return false
      if (more > 0) this.#waiting.add(stream)
    }
    this.resume()
    return true
  }

  /** The connection's window grows. False: beyond 2^31-1. */
  grow(bytes: number): boolean {
    this.#window += bytes
    this.#stalledSinceMs = 0
    if (this.#window > WINDOW_BYTES_MAX) return false
    this.resume()
    return true
  }

  growStream(stream: Http2Stream, bytes: number): boolean {
    stream.sendWindow += bytes
    if (stream.sendWindow > WINDOW_BYTES_MAX) return false
    stream.stalledSinceMs = 0
    this.#send(stream)
    return true
  }

  headers(stream: Http2Stream, fields: readonly Header[], end: boolean): void {
    this.#frames++
    const block = this.encoder.encode(fields)
    const endFlag = end ? Flag.endStream : 0
    const max = this.#frameBytesMax
    let type: number = FrameType.headers
    let at = 0
    // §6.10: what one frame cannot hold goes on in others.
    while (block.length - at > max) {
      const part = block.subarray(at, at + max)
      const flags = type === FrameType.headers ? endFlag : 0
      this.#options.output.frame({ type, flags, streamId: stream.id }, part)
      type = FrameType.continuation
      at += max
    }
    const flags = Flag.endHeaders | (type === FrameType.headers ? endFlag : 0)
    const last = at === 0 ? block : block.subarray(at)
    this.#options.output.frame({ type, flags, streamId: stream.id }, last)
    if (end) this.#options.onEnd(stream)
  }

  queued(stream: Http2Stream, bytes: number): void {
    this.#queuedBytes += bytes
    // Who came first goes first.
    if (this.#waiting.size > 0) this.#waiting.add(stream)
    else this.#send(stream)
  }

  /** Goes on with what waited for the connection. */
  resume(): void {
    while (this.#waiting.size > 0 && this.#window > 0 && !this.#options.output.full) {
      const turn = [...this.#waiting]
      this.#waiting.clear()
      for (const stream of turn) this.#turn(stream)
    }
  }

  forget(stream: Http2Stream): void {
    this.#waiting.delete(stream)
    this.#queuedBytes -= stream.drop()
  }

  /** Resets whole answers whose windows have not moved for too long. */
  sweep(streams: Iterable<Http2Stream>): void {
    const untilMs = this.#options.nowMs() - WINDOW_STALL_MS
    if (this.#waiting.size === 0) this.#stalledSinceMs = 0
    for (const stream of streams) {
      const all = stream.ending && this.#waiting.has(stream) ? this.#stalledSinceMs : 0
      const since = stream.stalledSinceMs || all
      if (since > 0 && since <= untilMs) stream.reset(ErrorCode.cancel)
    }
  }

  /** One frame, then the others. */
  #turn(stream: Http2Stream): void {
    if (stream.closed) return
    if (this.#sendFrame(stream)) this.#waiting.add(stream)
  }

  #send(stream: Http2Stream): void {
    while (!stream.closed && this.#sendFrame(stream)) {
      if (this.#window <= 0 || this.#options.output.full) {
        if (this.#window <= 0) this.#stalledSinceMs ||= this.#options.nowMs()
        this.#waiting.add(stream)
        return
      }
    }
  }

  /** Sends a frame if it may be; true if more could follow, but for the connection's sake. */
  #sendFrame(stream: Http2Stream): boolean {
    const first = stream.nextChunk
    if (first === undefined) {
      this.#finish(stream)
      return false
    }
    if (this.#window <= 0 || this.#options.output.full) return true
    if (stream.sendWindow <= 0) {
      if (stream.ending) stream.stalledSinceMs ||= this.#options.nowMs()
      return false
    }
    const room = Math.min(stream.sendWindow, this.#window, this.#frameBytesMax)
    this.#frames++
    const chunk = stream.shift(room)
    stream.sendWindow -= chunk.length
    this.#window -= chunk.length
    this.#queuedBytes -= chunk.length
    const last = stream.nextChunk === undefined
    const end = last && stream.ending && stream.trailers === undefined
    const flags = end ? Flag.endStream : 0
    this.#options.output.frame({ type: FrameType.data, flags, streamId: stream.id }, chunk)
    if (end) this.#options.onEnd(stream)
    else if (last) this.#finish(stream)
    return !last
  }

  /** Nothing is queued any more. */
  #finish(stream: Http2Stream): void {
    if (!stream.ending) {
      stream.listener?.drained()
      return
    }
    if (stream.localEnded) return
    if (stream.trailers) this.headers(stream, stream.trailers, true)
    else {
      const head = { type: FrameType.data, flags: Flag.endStream, streamId: stream.id }
      this.#options.output.frame(head, EMPTY)
      this.#options.onEnd(stream)
    }
  }
}
