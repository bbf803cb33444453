import type { Duplex } from 'node:stream'
import type { Clock } from '../../base/index.ts'
import { ConnectionFault, ErrorCode } from './errors.ts'
import { type FrameHead, FrameType, uint32 } from './frame.ts'
import { FrameReader } from './frame-reader.ts'
import type { Header } from './header-table.ts'
import { LINGER_MS } from './limits.ts'
import { Output } from './output.ts'
import { Receiver } from './receiver.ts'
import { Sender } from './sender.ts'
import { encodeSettings, FRAME_BYTES_DEFAULT, type LocalSettings } from './settings.ts'
import type { Http2Stream, StreamHost } from './stream.ts'
import { Watchdog } from './watchdog.ts'

export interface Http2ConnectionOptions {
  /** Fresh, with nothing read of it but what was put back. */
  readonly socket: Duplex
  readonly settings: LocalSettings
  /** Sets the stream's listener, or answers at once. */
  readonly onRequest: (stream: Http2Stream) => void
  /** Once, when the socket is done with. `fault`: what the client did wrong. */
  readonly onClose: (fault: ConnectionFault | undefined) => void
  readonly clock: Clock
  /** An idle client is pinged after this, and given up when it does not answer. Default: never. */
  readonly keepalive?: { readonly idleMs: number; readonly timeoutMs: number }
  /** A client that pings more often than this is turned away. Default: only one that floods. */
  readonly pingMsMin?: number
}

const PING_PAYLOAD = Buffer.alloc(8)

/** The server's side of an HTTP/2 connection (RFC 9113), over whatever carries bytes. */
export class Http2Connection implements StreamHost {
  readonly #options: Http2ConnectionOptions
  readonly #streams = new Map<number, Http2Stream>()
  readonly #reader: FrameReader
  readonly #receiver: Receiver
  readonly #output: Output
  readonly #sender: Sender
  readonly #watchdog: Watchdog
  #fault: ConnectionFault | undefined
  #leaving = false
  #closed = false

  constructor(options: Http2ConnectionOptions) {
    const { socket, settings, clock } = options
    const nowMs = () => clock.monotonicMs()
    this.#options = options
    this.#output = new Output({ socket, onRoom: () => this.#onRoom() })
    this.#sender = new Sender({
      output: this.#output,
      nowMs,
      onEnd: (stream) => this.#onAnswered(stream),
    })
    this.#receiver = new Receiver({
      settings,
      nowMs,
      pingMsMin: options.pingMsMin ?? 0,
      host: this,
      streams: this.#streams,
      sender: this.#sender,
      output: this.#output,
      onRequest: options.onRequest,
      onClosed: (stream, error) => this.#close(stream, error),
    })
    this.#reader = new FrameReader({
      frameBytesMax: FRAME_BYTES_DEFAULT,
      onFrame: (head: FrameHead, payload: Buffer) => this.#receiver.frame(head, payload),
    })
    this.#watchdog = new Watchdog({
      clock,
      started: () => this.#receiver.greeted,
      stalled: () => this.#output.full,
      ping: () => this.#output.frame({ type: FrameType.ping, flags: 0, streamId: 0 }, PING_PAYLOAD),
      onDead: () => socket.destroy(),
      sweep: () => this.#sender.sweep(this.#streams.values()),
      keepalive: options.keepalive,
    })
    this.#begin()
  }

  /** Requests under way. */
  get active(): number {
    return this.#streams.size
  }

  /** Takes no further requests, answers those it has, then ends (RFC 9113 §6.8). */
  close(): void {
    this.#leave(ErrorCode.noError, '')
    if (this.#streams.size === 0) this.#end()
  }

  destroy(): void {
    this.#options.socket.destroy()
  }

  // ---- what streams ask for

  sendHeaders(stream: Http2Stream, fields: readonly Header[], end: boolean): void {
    this.#sender.headers(stream, fields, end)
  }

  queued(stream: Http2Stream, bytes: number): void {
    this.#sender.queued(stream, bytes)
  }

  consumed(stream: Http2Stream, bytes: number): void {
    this.#receiver.consumed(stream, bytes)
  }

  reset(stream: Http2Stream, code: ErrorCode): void {
    this.#receiver.resetByUs(stream.id)
    const head = { type: FrameType.rstStream, flags: 0, streamId: stream.id }
    this.#output.frame(head, uint32(code))
    const whole = code === ErrorCode.noError && stream.localEnded
    this.#close(stream, whole ? undefined : new Error('the stream was reset'))
  }

  // ---- the connection

  #begin(): void {
    const { socket, settings } = this.#options
    const head = { type: FrameType.settings, flags: 0, streamId: 0 }
    this.#output.frame(head, encodeSettings(settings))
    this.#receiver.openWindow()
    socket.on('data', (chunk: Buffer) => this.#onData(chunk))
    socket.on('end', () => socket.end())
    socket.on('error', () => socket.destroy())
    socket.on('close', () => this.#onSocketClosed())
  }

  #onData(chunk: Buffer): void {
    if (this.#fault) return
    this.#watchdog.heard(this.#options.clock.monotonicMs())
    try {
      this.#reader.push(chunk)
    } catch (error) {
      if (!(error instanceof ConnectionFault)) throw error
      this.#onFault(error)
      return
    }
    // Who does not read our answers is not read either.
    if (this.#output.full) this.#options.socket.pause()
  }

  #onRoom(): void {
    this.#sender.resume()
    if (!this.#output.full) this.#options.socket.resume()
  }

  #onFault(fault: ConnectionFault): void {
    this.#fault = fault
    this.#leave(fault.code, fault.message)
    for (const stream of this.#streams.values()) this.#close(stream, fault)
    this.#end()
  }

  #leave(code: ErrorCode, message: string): void {
    if (this.#leaving && code === ErrorCode.noError) return
    this.#leaving = true
    this.#receiver.leave()
    const text = Buffer.from(message)
    const payload = Buffer.concat([uint32(this.#receiver.lastStreamId, code), text])
    this.#output.frame({ type: FrameType.goaway, flags: 0, streamId: 0 }, payload)
  }

  /** What was written still leaves; what comes is read for a while and thrown away. */
  #end(): void {
    const { socket, clock } = this.#options
    this.#output.flush()
    socket.end()
    socket.resume()
    clock.after(LINGER_MS, () => socket.destroy(), { unref: true })
  }

  #onSocketClosed(): void {
    if (this.#closed) return
    this.#closed = true
    this.#watchdog.stop()
    const gone = new Error('the connection is gone')
    for (const stream of this.#streams.values()) this.#close(stream, gone)
    this.#options.onClose(this.#fault)
  }

  // ---- ends of streams

  /** RFC 9113 §8.1: a client that has not said everything need not go on. */
  #onAnswered(stream: Http2Stream): void {
    stream.localEnded = true
    if (stream.remoteEnded) this.#close(stream, undefined)
    else this.reset(stream, ErrorCode.noError)
  }

  #close(stream: Http2Stream, error: Error | undefined): void {
    if (stream.closed) return
    stream.closed = true
    this.#streams.delete(stream.id)
    this.#sender.forget(stream)
    this.#receiver.forget(stream)
    stream.listener?.closed(error)
    if (this.#leaving && !this.#fault && this.#streams.size === 0) this.#end()
  }
}
