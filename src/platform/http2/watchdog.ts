import type { Clock, Timer } from '../../base/index.ts'
import { PREFACE_TIMEOUT_MS, WRITE_STALL_MS } from './limits.ts'

export interface WatchdogOptions {
  readonly clock: Clock
  /** Whether the client has begun to speak HTTP/2. */
  readonly started: () => boolean
  /** Whether the socket has more than it can send. */
  readonly stalled: () => boolean
  readonly ping: () => void
  /** Gives the connection up. */
  readonly onDead: () => void
  /** At each look. */
  readonly sweep: () => void
  readonly keepalive: { readonly idleMs: number; readonly timeoutMs: number } | undefined
}

/** How often it looks. */
export const LOOK_MS = 5000

/** Looks every few seconds whether the client is still there. */
export class Watchdog {
  readonly #options: WatchdogOptions
  readonly #timer: Timer
  readonly #sinceMs: number
  #heardMs: number
  #pingedMs = 0
  #stalledSinceMs = 0

  constructor(options: WatchdogOptions) {
    this.#options = options
    this.#sinceMs = options.clock.monotonicMs()
    this.#heardMs = this.#sinceMs
    this.#timer = options.clock.every(LOOK_MS, () => this.#look(), { unref: true })
  }

  /** Something came from the client. */
  heard(nowMs: number): void {
    this.#heardMs = nowMs
    this.#pingedMs = 0
  }

  stop(): void {
    this.#timer.cancel()
  }

  #look(): void {
    const { started, stalled, onDead, sweep } = this.#options
    const nowMs = this.#options.clock.monotonicMs()
    if (!stalled()) this.#stalledSinceMs = 0
    else this.#stalledSinceMs ||= nowMs
    const mute = !started() && nowMs - this.#sinceMs >= PREFACE_TIMEOUT_MS
    const stuck = this.#stalledSinceMs > 0 && nowMs - this.#stalledSinceMs >= WRITE_STALL_MS
    if (mute || stuck || this.#unanswered(nowMs)) onDead()
    else sweep()
  }

  #unanswered(nowMs: number): boolean {
    const { keepalive, ping } = this.#options
    if (!keepalive) return false
    if (this.#pingedMs > 0) return nowMs - this.#pingedMs >= keepalive.timeoutMs
    if (nowMs - this.#heardMs < keepalive.idleMs) return false
    this.#pingedMs = nowMs
    ping()
    return false
  }
}
