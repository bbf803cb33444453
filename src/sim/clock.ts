import type { Clock, Timer } from '../base/index.ts'
import { EventHeap, type SimEvent } from './event-heap.ts'

/** One run of a process, from its start until it is killed. */
export class Lifetime {
  #alive = true
  readonly #onEnd = new Set<() => void>()

  get alive(): boolean {
    return this.#alive
  }

  end(): void {
    if (!this.#alive) return
    this.#alive = false
    for (const listener of this.#onEnd) listener()
    this.#onEnd.clear()
  }

  /** Until the returned function is called. */
  onEnd(listener: () => void): () => void {
    this.#onEnd.add(listener)
    return () => this.#onEnd.delete(listener)
  }
}

/**
 * Virtual time. Events fire in the order of (time, id), with one turn of the macrotask queue after
 * each, so that all promise code that an event set going has come to rest before the next: with
 * nothing real awaited in between, a run is a function of its seed.
 */
export class SimClock {
  readonly #heap = new EventHeap()
  readonly #startMs: number
  readonly #turn: () => Promise<void>
  #elapsedMs = 0
  #nextId = 0
  #fired = 0

  /**
   * `startMs`: the wall clock at the start, since the epoch. `turn`: resolves after one turn of the
   * real event loop's macrotask queue, such as `setImmediate`.
   */
  constructor(options: { startMs: number; turn: () => Promise<void> }) {
    this.#startMs = options.startMs
    this.#turn = options.turn
  }

  /** Milliseconds since the start. */
  get elapsedMs(): number {
    return this.#elapsedMs
  }

  /** Events that have fired. */
  get fired(): number {
    return this.#fired
  }

  schedule(delayMs: number, fire: () => void): Timer {
    const atMs = this.#elapsedMs + Math.max(0, delayMs)
    const event: SimEvent = { atMs, id: this.#nextId++, fire, cancelled: false }
    this.#heap.push(event)
    return {
      cancel: () => {
        event.cancelled = true
        // It stays in the heap until its time; what it would have done is let go.
        event.fire = nothing
      },
    }
  }

  /** Resolves after `delayMs` of virtual time. */
  wait(delayMs: number): Promise<void> {
    return new Promise((resolve) => {
      this.schedule(delayMs, resolve)
    })
  }

  /** The clock of one process: its timers end with it; its wall clock may be off. */
  of(lifetime: Lifetime, wall: WallClock): Clock {
    return new ProcessClock(this, lifetime, wall, this.#startMs)
  }

  /** Lets time pass for `forMs`, or until `until` holds after some event. */
  async run(options: { forMs: number; until?: () => boolean }): Promise<void> {
    const endMs = this.#elapsedMs + options.forMs
    await this.#turn()
    while (options.until?.() !== true) {
      const event = this.#heap.peek()
      if (!event || event.atMs > endMs) {
        this.#elapsedMs = endMs
        return
      }
      this.#heap.pop()
      if (event.cancelled) continue
      this.#elapsedMs = event.atMs
      this.#fired++
      event.fire()
      await this.#turn()
    }
  }
}

function nothing(): void {}

/** How far a machine's wall clock is off. It survives its processes. */
export interface WallClock {
  offsetMs: number
}

class ProcessClock implements Clock {
  readonly #clock: SimClock
  readonly #lifetime: Lifetime
  readonly #wall: WallClock
  readonly #startMs: number

  constructor(clock: SimClock, lifetime: Lifetime, wall: WallClock, startMs: number) {
    this.#clock = clock
    this.#lifetime = lifetime
    this.#wall = wall
    this.#startMs = startMs
  }

  nowMs(): number {
    return this.#startMs + Math.floor(this.#clock.elapsedMs + this.#wall.offsetMs)
  }

  monotonicMs(): number {
    return this.#clock.elapsedMs
  }

  after(delayMs: number, fire: () => void): Timer {
    return this.#clock.schedule(delayMs, () => {
      if (this.#lifetime.alive) fire()
    })
  }

  every(periodMs: number, fire: () => void): Timer {
    let timer = this.#arm(periodMs, () => tick())
    const tick = () => {
      timer = this.#arm(periodMs, tick)
      fire()
    }
    return { cancel: () => timer.cancel() }
  }

  #arm(delayMs: number, fire: () => void): Timer {
    return this.after(Math.max(delayMs, Number.MIN_VALUE), fire)
  }
}
