import { GrpcCode, GrpcError, type GrpcMethod } from '../../base/index.ts'
import type { StreamListener } from '../http2/index.ts'
import { Call, type CallOptions } from './call.ts'

export type StreamMethod = GrpcMethod & { readonly kind: 'stream' }

interface Received {
  readonly message: Buffer
  /** Of the window, to be given back when the message is taken. */
  readonly bytes: number
}

/** Messages both ways, with back-pressure both ways. */
export class StreamCall extends Call implements StreamListener {
  readonly #method: StreamMethod
  #received: Received[] = []
  #complete = false
  #broken: unknown
  #wake: (() => void) | undefined
  #room: (() => void) | undefined

  constructor(method: StreamMethod, options: CallOptions) {
    super(options)
    this.#method = method
  }

  data(chunk: Buffer, ended: boolean): void {
    try {
      const messages = chunk.length > 0 ? this.reader.push(chunk) : []
      // What completes nothing is bounded by the size of a message.
      if (messages.length === 0) this.stream.consumed(chunk.length)
      messages.forEach((message, i) => {
        this.#received.push({ message, bytes: i === 0 ? chunk.length : 0 })
      })
      if (ended && this.reader.incomplete) {
        throw new GrpcError(GrpcCode.internal, 'unexpected EOF')
      }
    } catch (error) {
      this.#broken = error
    }
    // Node's clients end what they cancel, and only then say that they do: look who follows.
    if (ended) setImmediate(() => this.#end())
    this.#wake?.()
  }

  #end(): void {
    this.#complete = true
    this.#wake?.()
  }

  async run(): Promise<void> {
    const call = this.identity ? { identity: this.identity } : {}
    const { metadata, signal } = this
    try {
      const answers = this.#method.handle(this.#requests(), { ...call, metadata, signal })
      for await (const message of answers) {
        if (this.ended) return
        if (!this.send(message, { end: false })) await this.#drained()
      }
      this.finish()
    } catch (error) {
      this.fail(error)
    }
  }

  override drained(): void {
    this.#room?.()
  }

  protected override onOver(): void {
    this.#wake?.()
    this.#room?.()
  }

  /** Ends when the client has said everything, and when it is gone: the call's signal tells which. */
  async *#requests(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const next = this.#received.shift()
      if (next) {
        this.stream.consumed(next.bytes)
        yield next.message
      } else if (this.#broken !== undefined) throw this.#broken
      else if (this.#complete || this.ended) return
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }

  #drained(): Promise<void> {
    if (this.ended) return Promise.resolve()
    return new Promise((resolve) => {
      this.#room = resolve
    })
  }
}
