import type { KvError } from '../base/index.ts'
import { kvErrors } from './errors.ts'
import type { WatchBatch } from './types.ts'

/**
 * The reader's side of one watch. Batches pushed live are bounded: with `liveBatchesMax` unread
 * ones the watch ends with "not read fast enough", behind what is queued. History that the watch
 * starts with is not counted: it is bounded by the store's own.
 */
export class WatchQueue implements AsyncIterable<WatchBatch> {
  readonly #liveBatchesMax: number
  readonly #onEnd: () => void
  readonly #onTaken: () => void
  readonly #signal: AbortSignal
  readonly #onAbort = () => this.end()
  #queue: WatchBatch[] = []
  #history = 0
  #wake: (() => void) | undefined
  #ended: { error: KvError | undefined } | undefined

  constructor(options: {
    liveBatchesMax: number
    signal: AbortSignal
    onEnd: () => void
    /** The reader has taken a batch. */
    onTaken?: () => void
  }) {
    this.#liveBatchesMax = options.liveBatchesMax
    this.#onEnd = options.onEnd
    this.#onTaken = options.onTaken ?? (() => {})
    this.#signal = options.signal
    if (options.signal.aborted) this.end()
    else options.signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  get ended(): boolean {
    return this.#ended !== undefined
  }

  /** Unread batches. */
  get length(): number {
    return this.#queue.length
  }

  pushHistory(batch: WatchBatch): void {
    this.#history++
    this.#push(batch)
  }

  pushLive(batch: WatchBatch): void {
    const last = this.#queue.at(-1)
    // A progress batch behind another one replaces it: the bound counts events.
    if (batch.events.length === 0 && last?.events.length === 0) {
      this.#queue.pop()
      this.#onTaken()
    } else if (this.#queue.length - this.#history >= this.#liveBatchesMax) {
      this.end(kvErrors.slowWatcher())
      return
    }
    this.#push(batch)
  }

  #push(batch: WatchBatch): void {
    if (this.#ended) return
    this.#queue.push(batch)
    this.#wake?.()
  }

  /** Ends the watch behind what is queued; aborted watches drop the queue. */
  end(error?: KvError): void {
    if (this.#ended) return
    this.#ended = { error }
    if (this.#signal.aborted) this.#queue.length = 0
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#onEnd()
    this.#wake?.()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<WatchBatch> {
    try {
      for (;;) {
        const batch = this.#queue.shift()
        if (batch) {
          if (this.#history > 0) this.#history--
          this.#onTaken()
          yield batch
        } else if (this.#ended) {
          if (this.#ended.error) throw this.#ended.error
          return
        } else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve
          })
          this.#wake = undefined
        }
      }
    } finally {
      this.end()
    }
  }
}
