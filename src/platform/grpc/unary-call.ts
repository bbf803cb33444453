import { GrpcCode, GrpcError, type GrpcMethod } from '../../base/index.ts'
import type { StreamListener } from '../http2/index.ts'
import { Call, type CallOptions } from './call.ts'
import { wholeMessage } from './message-reader.ts'

export type UnaryMethod = GrpcMethod & { readonly kind: 'unary' }

/** One message in, one message out. */
export class UnaryCall extends Call implements StreamListener {
  readonly #method: UnaryMethod
  #request: Buffer | undefined
  /** The message comes in more than one part. */
  #begun = false

  constructor(method: UnaryMethod, options: CallOptions) {
    super(options)
    this.#method = method
  }

  data(chunk: Buffer, ended: boolean): void {
    this.stream.consumed(chunk.length)
    if (this.ended) return
    const whole = ended && !this.#begun ? wholeMessage(chunk, this.receiveBytesMax) : undefined
    if (whole) {
      this.#answer(whole)
      return
    }
    this.#begun = true
    try {
      if (chunk.length > 0) for (const message of this.reader.push(chunk)) this.#take(message)
      if (!ended) return
      if (this.reader.incomplete) throw new GrpcError(GrpcCode.internal, 'unexpected EOF')
      if (!this.#request) throw new GrpcError(GrpcCode.internal, 'EOF')
    } catch (error) {
      this.fail(error)
      return
    }
    this.#answer(this.#request)
  }

  #take(message: Buffer): void {
    if (this.#request) {
      throw new GrpcError(GrpcCode.internal, 'a unary call with more than one message')
    }
    this.#request = message
  }

  /** Without a function's own promise: this is passed by every call. */
  #answer(request: Buffer): void {
    const fail = (error: unknown) => this.fail(error)
    try {
      const response = this.#method.handle(request, this)
      if (response instanceof Promise) response.then((late) => this.#respond(late), fail)
      else this.#respond(response)
    } catch (error) {
      fail(error)
    }
  }

  #respond(response: Uint8Array): void {
    try {
      if (!this.ended) this.send(response, { end: true })
    } catch (error) {
      this.fail(error)
    }
  }
}
