/** Upstream's `MaxContainerBackOff` and its first step, for restarts and for image pulls. */
export const BACKOFF_FIRST_MS = 10_000
export const BACKOFF_MAX_MS = 300_000

interface Entry {
  delayMs: number
  updatedAtMs: number
}

/**
 * Doubling delays per key (client-go `flowcontrol.Backoff`): the first failure is retried at once,
 * the next waits 10 s, then 20 s … 5 min, and 10 min of peace reset it.
 */
export class Backoff {
  readonly #entries = new Map<string, Entry>()
  readonly #firstMs: number
  readonly #maxMs: number

  constructor(options: { firstMs?: number; maxMs?: number } = {}) {
    this.#firstMs = options.firstMs ?? BACKOFF_FIRST_MS
    this.#maxMs = options.maxMs ?? BACKOFF_MAX_MS
  }

  /** Until when a retry must wait after a failure at `failedAtMs`; undefined: it may go ahead. */
  waitUntilMs(key: string, failedAtMs: number): number | undefined {
    const entry = this.#entries.get(key)
    if (!entry || this.#isStale(entry, failedAtMs)) return undefined
    return failedAtMs + entry.delayMs
  }

  delayMs(key: string): number {
    return this.#entries.get(key)?.delayMs ?? 0
  }

  /** A retry is made now: the next one waits longer. */
  advance(key: string, nowMs: number): void {
    const entry = this.#entries.get(key)
    const delayMs =
      !entry || this.#isStale(entry, nowMs)
        ? this.#firstMs
        : Math.min(entry.delayMs * 2, this.#maxMs)
    this.#entries.set(key, { delayMs, updatedAtMs: nowMs })
  }

  reset(key: string): void {
    this.#entries.delete(key)
  }

  #isStale(entry: Entry, atMs: number): boolean {
    return atMs - entry.updatedAtMs > this.#maxMs * 2
  }
}
