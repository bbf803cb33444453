import { assert } from './assert.ts'

/**
 * A bounded queue between one producer and one consumer, read with `for await`.
 * `push` on a full channel returns false and drops nothing that is already queued: the producer
 * decides whether that means back-pressure, cancellation or an error.
 */
export class Channel<T> implements AsyncIterable<T> {
  readonly #maxLength: number
  readonly #queue: T[] = []
  #waiting: { resolve: (r: IteratorResult<T>) => void; reject: (e: unknown) => void } | undefined
  #end: { error?: unknown } | undefined

  constructor(options: { maxLength: number }) {
    assert(options.maxLength > 0, 'a channel holds at least one item')
    this.#maxLength = options.maxLength
  }

  get length(): number {
    return this.#queue.length
  }

  get ended(): boolean {
    return this.#end !== undefined
  }

  /** False when the channel is full or has ended. */
  push(item: T): boolean {
    if (this.#end) return false
    if (this.#waiting) {
      const { resolve } = this.#waiting
      this.#waiting = undefined
      resolve({ done: false, value: item })
      return true
    }
    if (this.#queue.length >= this.#maxLength) return false
    this.#queue.push(item)
    return true
  }

  /** Ends the channel: what is queued is still read, then the consumer is done. */
  close(): void {
    this.#finish({})
  }

  /** Ends the channel with an error, which the consumer gets after what is queued. */
  fail(error: unknown): void {
    this.#finish({ error })
  }

  #finish(end: { error?: unknown }): void {
    if (this.#end) return
    this.#end = end
    if (!this.#waiting) return
    const { resolve, reject } = this.#waiting
    this.#waiting = undefined
    if ('error' in end) reject(end.error)
    else resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): AsyncIterator<T> {
    return {
      next: () => this.#next(),
      return: () => {
        this.close()
        this.#queue.length = 0
        return Promise.resolve({ done: true, value: undefined })
      },
    }
  }

  #next(): Promise<IteratorResult<T>> {
    const item = this.#queue.shift()
    if (item !== undefined) return Promise.resolve({ done: false, value: item })
    if (this.#end) {
      if ('error' in this.#end) return Promise.reject(this.#end.error)
      return Promise.resolve({ done: true, value: undefined })
    }
    assert(!this.#waiting, 'a channel has one consumer')
    return new Promise((resolve, reject) => {
      this.#waiting = { resolve, reject }
    })
  }
}
