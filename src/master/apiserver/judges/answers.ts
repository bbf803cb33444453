import type { Clock } from '../../../base/index.ts'

/** An answer, and how long it is good. */
export interface Answer<T> {
  readonly value: T
  readonly ttlMs: number
}

/** Answers that are kept; the oldest goes when there are more. */
const ANSWERS_MAX = 8192
/** Questions that are asked at a time. */
const ASKED_MAX = 1024

/** There are too many questions already. */
export class BusyError extends Error {
  override readonly name = 'BusyError'
}

/** Answers of others, each kept for its time. Whoever asks the same at once waits for one answer. */
export class Answers<T> {
  readonly #clock: Clock
  readonly #kept = new Map<string, { value: T; untilMs: number }>()
  readonly #asked = new Map<string, Promise<T>>()

  constructor({ clock }: { clock: Clock }) {
    this.#clock = clock
  }

  /** What `ask` throws is thrown to all who wait, and is not kept. Throws `BusyError`. */
  get(key: string, ask: () => Promise<Answer<T>>): Promise<T> {
    const kept = this.#kept.get(key)
    if (kept && kept.untilMs > this.#clock.monotonicMs()) return Promise.resolve(kept.value)
    const asked = this.#asked.get(key)
    if (asked) return asked
    if (this.#asked.size >= ASKED_MAX) return Promise.reject(new BusyError('too many questions'))
    const asking = this.#ask(key, ask).finally(() => this.#asked.delete(key))
    this.#asked.set(key, asking)
    return asking
  }

  async #ask(key: string, ask: () => Promise<Answer<T>>): Promise<T> {
    const { value, ttlMs } = await ask()
    this.#kept.delete(key)
    if (ttlMs > 0) this.#kept.set(key, { value, untilMs: this.#clock.monotonicMs() + ttlMs })
    const [oldest] = this.#kept.keys()
    if (this.#kept.size > ANSWERS_MAX && oldest !== undefined) this.#kept.delete(oldest)
    return value
  }
}
