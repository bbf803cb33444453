import type { Clock, Timer } from '../../src/base/index.ts'

/** A clock that moves only when told. */
export class ManualClock implements Clock {
  #nowMs = 0
  readonly #timers = new Set<{ atMs: number; periodMs: number | undefined; fire: () => void }>()

  nowMs(): number {
    return this.#nowMs
  }

  monotonicMs(): number {
    return this.#nowMs
  }

  after(delayMs: number, fire: () => void): Timer {
    return this.#add({ atMs: this.#nowMs + delayMs, periodMs: undefined, fire })
  }

  every(periodMs: number, fire: () => void): Timer {
    return this.#add({ atMs: this.#nowMs + periodMs, periodMs, fire })
  }

  #add(timer: { atMs: number; periodMs: number | undefined; fire: () => void }): Timer {
    this.#timers.add(timer)
    return { cancel: () => this.#timers.delete(timer) }
  }

  /** Fires, in order, everything that is due within the next `ms`. */
  advance(ms: number): void {
    const endMs = this.#nowMs + ms
    for (;;) {
      const due = [...this.#timers].filter((timer) => timer.atMs <= endMs)
      const next = due.toSorted((a, b) => a.atMs - b.atMs)[0]
      if (!next) break
      this.#nowMs = Math.max(this.#nowMs, next.atMs)
      if (next.periodMs === undefined) this.#timers.delete(next)
      else next.atMs += next.periodMs
      next.fire()
    }
    this.#nowMs = endMs
  }
}
