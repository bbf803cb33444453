import type { Random } from '../base/index.ts'

export interface BackoffOptions {
  readonly msMin: number
  readonly msMax: number
  /** Share of a delay that is drawn at random, 0 to 1. Default 0.5: from half to the whole. */
  readonly jitter?: number
}

/** Exponential delays, doubled at each failure up to a bound, with jitter so that peers part. */
export class Backoff {
  readonly #random: Random
  readonly #options: BackoffOptions
  #failures = 0

  constructor(random: Random, options: BackoffOptions) {
    this.#random = random
    this.#options = options
  }

  /** Milliseconds to wait after one more failure. */
  nextMs(): number {
    const { msMin, msMax, jitter = 0.5 } = this.#options
    const wholeMs = Math.min(msMax, msMin * 2 ** Math.min(this.#failures, 30))
    this.#failures++
    return wholeMs * (1 - jitter * this.#random.float())
  }

  reset(): void {
    this.#failures = 0
  }
}
