import type { Http2Stream } from './http2/index.ts'

/** A request's body as it comes. What is read makes room for more (RFC 9113 §5.2). */
export class RequestBody implements AsyncIterable<Uint8Array> {
  readonly #stream: Http2Stream
  #chunks: Buffer[] = []
  #ended = false
  #error: Error | undefined
  #wake: (() => void) | undefined

  constructor(stream: Http2Stream) {
    this.#stream = stream
  }

  add(chunk: Buffer, ended: boolean): void {
    if (chunk.length > 0) this.#chunks.push(chunk)
    this.#ended ||= ended
    this.#wake?.()
  }

  fail(error: Error): void {
    this.#error = error
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array> {
    for (;;) {
      const chunk = this.#chunks.shift()
      if (chunk) {
        this.#stream.consumed(chunk.length)
        yield chunk
      } else if (this.#error) throw this.#error
      else if (this.#ended) return
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
    }
  }
}
