import type { Clock, Log, LogFields } from '../base/index.ts'

/** A step that takes longer is spoken of, and again after each such time. */
const SPOKEN_OF_AFTER_MS = 3000

/**
 * The steps of a start, told to the log while one takes long: a slow disk, a lock that another
 * process holds or members that are not there look alike from outside.
 */
export class Steps {
  readonly #clock: Clock
  readonly #log: Log

  constructor({ clock, log }: { clock: Clock; log: Log }) {
    this.#clock = clock
    this.#log = log
  }

  /** Does `work`; its result or error is handed through. `what`: as "opening the log". */
  async take<T>(what: string, work: () => Promise<T>, fields: LogFields = {}): Promise<T> {
    const startMs = this.#clock.monotonicMs()
    const since = () => ({ ...fields, step: what, seconds: this.#seconds(startMs) })
    let isSlow = false
    const speak = () => {
      isSlow = true
      this.#log.warn('the start takes long', since())
    }
    const timer = this.#clock.every(SPOKEN_OF_AFTER_MS, speak, { unref: true })
    try {
      const result = await work()
      if (isSlow) this.#log.info('a slow step of the start is done', since())
      return result
    } finally {
      timer.cancel()
    }
  }

  #seconds(startMs: number): number {
    return Math.round(this.#clock.monotonicMs() - startMs) / 1000
  }
}
