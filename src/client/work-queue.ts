import type { Clock, Timer } from '../base/index.ts'
import type { ObjectKey } from './types.ts'

/** Per-key back-off, as client-go's default controller rate limiter. */
const RETRY_MS_MIN = 5
const RETRY_MS_MAX = 1_000_000

/**
 * Keys to be worked on. A key waits at most once; while it is worked on it is not handed out again,
 * but remembered and handed out once it is done. Its length is bounded by the number of keys.
 */
export class WorkQueue {
  readonly #clock: Clock
  readonly #waiting: Set<ObjectKey> = new Set()
  readonly #processing: Set<ObjectKey> = new Set()
  /** Added while processed. */
  readonly #dirty: Set<ObjectKey> = new Set()
  readonly #delayed = new Map<ObjectKey, { atMs: number; timer: Timer }>()
  readonly #failures = new Map<ObjectKey, number>()
  readonly #takers: ((key: ObjectKey | undefined) => void)[] = []
  #closed = false

  constructor(options: { clock: Clock }) {
    this.#clock = options.clock
  }

  /** Keys that wait to be taken. */
  get length(): number {
    return this.#waiting.size
  }

  /** Keys that are being worked on. */
  get processing(): number {
    return this.#processing.size
  }

  /** Keys that will be added later. */
  get delayed(): number {
    return this.#delayed.size
  }

  add(key: ObjectKey): void {
    if (this.#closed) return
    if (this.#processing.has(key)) {
      this.#dirty.add(key)
      return
    }
    if (this.#waiting.has(key)) return
    const taker = this.#takers.shift()
    if (!taker) {
      this.#waiting.add(key)
      return
    }
    this.#processing.add(key)
    taker(key)
  }

  /** Adds after a delay; of several delays of one key the shortest counts. */
  addAfter(key: ObjectKey, delayMs: number): void {
    if (this.#closed) return
    if (delayMs <= 0) {
      this.add(key)
      return
    }
    const atMs = this.#clock.monotonicMs() + delayMs
    const known = this.#delayed.get(key)
    if (known && known.atMs <= atMs) return
    known?.timer.cancel()
    const timer = this.#clock.after(delayMs, () => {
      this.#delayed.delete(key)
      this.add(key)
    })
    this.#delayed.set(key, { atMs, timer })
  }

  /** Adds after a failure: 5 ms, doubled at each further one up to 1000 s, until `forget`. */
  addRateLimited(key: ObjectKey): void {
    const failures = this.failures(key)
    this.#failures.set(key, failures + 1)
    this.addAfter(key, Math.min(RETRY_MS_MAX, RETRY_MS_MIN * 2 ** Math.min(failures, 30)))
  }

  failures(key: ObjectKey): number {
    return this.#failures.get(key) ?? 0
  }

  /** Ends a key's back-off. */
  forget(key: ObjectKey): void {
    this.#failures.delete(key)
  }

  /** The next key, to be given back with `done`; undefined once the queue is closed. */
  take(): Promise<ObjectKey | undefined> {
    if (this.#closed) return Promise.resolve(undefined)
    for (const key of this.#waiting) {
      this.#waiting.delete(key)
      this.#processing.add(key)
      return Promise.resolve(key)
    }
    return new Promise((resolve) => this.#takers.push(resolve))
  }

  done(key: ObjectKey): void {
    this.#processing.delete(key)
    if (this.#dirty.delete(key)) this.add(key)
  }

  /** Drops all that waits; those who take get undefined. */
  close(): void {
    this.#closed = true
    for (const { timer } of this.#delayed.values()) timer.cancel()
    this.#delayed.clear()
    this.#waiting.clear()
    this.#dirty.clear()
    this.#failures.clear()
    for (const taker of this.#takers.splice(0)) taker(undefined)
  }
}
