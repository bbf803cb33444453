import {
  GrpcCode,
  type GrpcCall,
  GrpcError,
  type Log,
  type PeerIdentity,
} from '../../base/index.ts'
import type { Http2Stream } from '../http2/index.ts'
import type { CallHead } from './call-head.ts'
import { framed, MessageReader } from './message-reader.ts'
import { HEAD, OK_TRAILERS, type Status, statusOf, trailersOf } from './status.ts'

export interface CallOptions {
  readonly stream: Http2Stream
  readonly head: CallHead
  readonly identity: PeerIdentity | undefined
  readonly log: Log
  readonly receiveBytesMax: number
}

/**
 * What unary and streaming calls share. It is the `GrpcCall` itself, and makes its signal when that
 * is first asked for: most calls never do, and a signal costs as much as the rest of a call.
 */
export abstract class Call implements GrpcCall {
  readonly metadata: Readonly<Record<string, string>>
  readonly identity?: PeerIdentity
  protected readonly stream: Http2Stream
  readonly #log: Log
  readonly #encoding: string
  protected readonly receiveBytesMax: number
  #reader: MessageReader | undefined
  #controller: AbortController | undefined
  #gone: Error | undefined
  #timer: NodeJS.Timeout | undefined
  #ended = false

  constructor({ stream, head, identity, log, receiveBytesMax }: CallOptions) {
    this.metadata = head.metadata
    if (identity) this.identity = identity
    this.stream = stream
    this.#log = log
    this.#encoding = head.encoding
    this.receiveBytesMax = receiveBytesMax
    if (head.timeoutMs !== undefined) {
      this.#timer = setTimeout(() => this.#onDeadline(), head.timeoutMs)
    }
  }

  /** Puts the client's messages together; a unary call seldom needs it. */
  protected get reader(): MessageReader {
    this.#reader ??= new MessageReader({
      bytesMax: this.receiveBytesMax,
      encoding: this.#encoding,
    })
    return this.#reader
  }

  get signal(): AbortSignal {
    if (!this.#controller) {
      this.#controller = new AbortController()
      if (this.#gone) this.#controller.abort(this.#gone)
    }
    return this.#controller.signal
  }

  /** The stream is over. */
  closed(error: Error | undefined): void {
    this.#ended = true
    clearTimeout(this.#timer)
    if (error) this.#abort(new GrpcError(GrpcCode.canceled, 'the client went away'))
    this.onOver()
  }

  drained(): void {}

  /** The client went away, its deadline has passed, or the answer is out. */
  protected onOver(): void {}

  protected get ended(): boolean {
    return this.#ended
  }

  /** Sends a message, as the last with `end`. False: wait for `drained`. */
  protected send(message: Uint8Array, { end }: { end: boolean }): boolean {
    if (!this.stream.answered) this.stream.respond(HEAD, { end: false })
    const parts = framed(message)
    const last = parts.length - 1
    if (last > 0) this.stream.write(parts[0] as Uint8Array)
    const chunk = parts[last] as Uint8Array
    if (!end) return this.stream.write(chunk)
    this.#ended = true
    this.stream.end({ chunk, trailers: OK_TRAILERS })
    return true
  }

  protected finish(status: Status = { code: GrpcCode.ok, message: '' }): void {
    if (this.#ended) return
    this.#ended = true
    const trailers = status.code === GrpcCode.ok ? OK_TRAILERS : trailersOf(status)
    // Without a message the trailers are the head as well ("Trailers-Only").
    if (this.stream.answered) this.stream.end({ trailers })
    else this.stream.respond([...HEAD, ...trailers], { end: true })
  }

  protected fail(error: unknown): void {
    if (!this.#ended) this.finish(statusOf(error, this.#log))
  }

  #onDeadline(): void {
    this.#abort(new GrpcError(GrpcCode.deadlineExceeded, 'context deadline exceeded'))
    this.fail(this.#gone)
    this.onOver()
  }

  #abort(reason: Error): void {
    if (this.#gone) return
    this.#gone = reason
    this.#controller?.abort(reason)
  }
}
