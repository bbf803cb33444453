/** After so many attempts in a row without success, each next one for that user must wait. */
const FREE_ATTEMPTS = 3
const DELAY_MS_MIN = 100
const DELAY_MS_MAX = 5000
/** Without an attempt for so long, all is forgotten. */
const FORGET_MS = 60_000
/** Users remembered; the longest unheard of goes first. */
const USERS_MAX = 10_000

interface Failures {
  count: number
  /** Until then the next attempt waits. */
  untilMs: number
}

/**
 * Slows down whoever tries passwords. An attempt counts as a failure from its beginning, until it
 * has succeeded: otherwise a hundred at once would all be free.
 */
export class Attempts {
  readonly #failures = new Map<string, Failures>()

  /** How long the next attempt for this user must wait. */
  delayMs(user: string, nowMs: number): number {
    const failures = this.#failures.get(user)
    if (!failures) return 0
    if (nowMs - failures.untilMs > FORGET_MS) {
      this.#failures.delete(user)
      return 0
    }
    return Math.max(0, failures.untilMs - nowMs)
  }

  begun(user: string, nowMs: number): void {
    const count = (this.#failures.get(user)?.count ?? 0) + 1
    const step = count - FREE_ATTEMPTS
    const waitMs = step < 0 ? 0 : Math.min(DELAY_MS_MAX, DELAY_MS_MIN * 2 ** Math.min(step, 16))
    this.#failures.delete(user)
    this.#failures.set(user, { count, untilMs: nowMs + waitMs })
    if (this.#failures.size <= USERS_MAX) return
    const [oldest] = this.#failures.keys()
    if (oldest !== undefined) this.#failures.delete(oldest)
  }

  succeeded(user: string): void {
    this.#failures.delete(user)
  }
}
