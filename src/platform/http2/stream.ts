import type { Header } from './header-table.ts'
import type { ErrorCode } from './errors.ts'
import { ReceiveWindow } from './receive-window.ts'
import type { RequestHead } from './request-head.ts'

/** Answers that are queued beyond this make a writer wait. */
const QUEUE_BYTES_HIGH = 64 * 1024

/** Whoever answers a request. */
export interface StreamListener {
  /** A part of the body; the last one, perhaps empty, with `ended`. To be given back by `consumed`. */
  data(chunk: Buffer, ended: boolean): void
  /** Everything written so far is on its way. */
  drained(): void
  /** The stream is over. `error` when it was before its time: a reset, a lost connection. */
  closed(error: Error | undefined): void
}

/** What a stream needs of its connection. */
export interface StreamHost {
  sendHeaders(stream: Http2Stream, fields: readonly Header[], end: boolean): void
  /** Something is queued that may perhaps be sent. */
  queued(stream: Http2Stream, bytes: number): void
  consumed(stream: Http2Stream, bytes: number): void
  reset(stream: Http2Stream, code: ErrorCode): void
}

/** One request and its answer (RFC 9113 §5). */
export class Http2Stream {
  readonly id: number
  readonly head: RequestHead
  readonly receiveWindow: ReceiveWindow
  listener: StreamListener | undefined
  /** What may still be sent; below 0 when the client has made all windows smaller. */
  sendWindow: number
  /** Bytes of the request's body so far, and those not given back yet. */
  receivedBytes = 0
  unconsumedBytes = 0
  /** The client has said everything. */
  remoteEnded = false
  /** We have. */
  localEnded = false
  /** Headers have been sent. */
  answered = false
  closed = false
  /** When a whole answer began to wait for its window; 0: it does not. */
  stalledSinceMs = 0
  readonly #host: StreamHost
  #queue: Uint8Array[] = []
  #queuedBytes = 0
  #ending = false
  #trailers: readonly Header[] | undefined

  constructor(
    host: StreamHost,
    options: { id: number; head: RequestHead; sendWindow: number; windowBytes: number },
  ) {
    this.#host = host
    this.id = options.id
    this.head = options.head
    this.sendWindow = options.sendWindow
    this.receiveWindow = new ReceiveWindow(options.windowBytes)
  }

  get queuedBytes(): number {
    return this.#queuedBytes
  }

  /** Whether nothing more will be written. */
  get ending(): boolean {
    return this.#ending
  }

  get trailers(): readonly Header[] | undefined {
    return this.#trailers
  }

  get nextChunk(): Uint8Array | undefined {
    return this.#queue[0]
  }

  /** Sends the head of the answer. Informational ones (1xx) may come before. */
  respond(fields: readonly Header[], options: { end: boolean }): void {
    if (this.closed || this.localEnded) return
    this.answered ||= !fields.some(([name, value]) => name === ':status' && value.startsWith('1'))
    this.#host.sendHeaders(this, fields, options.end)
  }

  /** Queues a part of the body. False: the writer should wait for `drained`. */
  write(chunk: Uint8Array): boolean {
    if (this.closed || this.#ending) return true
    this.#push(chunk)
    return this.#queuedBytes < QUEUE_BYTES_HIGH
  }

  /** Ends the answer, with a last part of its body and trailers perhaps. */
  end(options: { chunk?: Uint8Array; trailers?: readonly Header[] } = {}): void {
    if (this.closed || this.#ending) return
    this.#ending = true
    this.#trailers = options.trailers
    this.#push(options.chunk)
  }

  #push(chunk: Uint8Array | undefined): void {
    const bytes = chunk?.length ?? 0
    if (chunk && bytes > 0) {
      this.#queue.push(chunk)
      this.#queuedBytes += bytes
    }
    this.#host.queued(this, bytes)
  }

  /** Tells that a part of the body is read, so that the client may send as much again. */
  consumed(bytes: number): void {
    if (bytes > 0) this.#host.consumed(this, bytes)
  }

  reset(code: ErrorCode): void {
    if (!this.closed) this.#host.reset(this, code)
  }

  /** Takes up to `bytes` off the queue's first part. The host's. */
  shift(bytes: number): Uint8Array {
    const first = this.#queue[0] as Uint8Array
    this.#queuedBytes -= Math.min(bytes, first.length)
    if (first.length <= bytes) {
      this.#queue.shift()
      return first
    }
    this.#queue[0] = first.subarray(bytes)
    return first.subarray(0, bytes)
  }

  /** Forgets what was not sent; how much that was. The host's. */
  drop(): number {
    const dropped = this.#queuedBytes
    this.#queue = []
    this.#queuedBytes = 0
    return dropped
  }
}
