import type { Clock, Log, Timer } from '../../../base/index.ts'

/** How often it is told, while events get lost. */
const TELL_MS = 10_000

/** Tells of events that are lost: of the first at once, then now and then of how many. */
export class Losses {
  readonly #parts: { readonly clock: Clock; readonly log: Log }
  #events = 0
  #reason: unknown
  #timer: Timer | undefined

  constructor(parts: { clock: Clock; log: Log }) {
    this.#parts = parts
  }

  add(events: number, reason: unknown): void {
    this.#events += events
    this.#reason = reason
    if (!this.#timer) this.#tell()
  }

  #tell(): void {
    this.#timer = undefined
    if (this.#events === 0) return
    const fields = { events: this.#events, error: String(this.#reason) }
    this.#parts.log.error('events of the audit log are lost', fields)
    this.#events = 0
    this.#timer = this.#parts.clock.after(TELL_MS, () => this.#tell(), { unref: true })
  }
}
