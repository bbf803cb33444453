import type { LogIndex } from './types.ts'

/** How many `app` messages, and bytes of entries in them, may be on the way to one follower. */
export interface InflightBounds {
  readonly messagesMax: number
  readonly bytesMax: number
}

/** The `app` messages on the way to one follower: a sliding window bounded in number and bytes. */
export class Inflights {
  readonly #messagesMax: number
  readonly #bytesMax: number
  #window: { readonly index: LogIndex; readonly bytes: number }[] = []
  #bytes = 0

  constructor(bounds: InflightBounds) {
    this.#messagesMax = bounds.messagesMax
    this.#bytesMax = bounds.bytesMax
  }

  get count(): number {
    return this.#window.length
  }

  /** No further message may leave. One message may overshoot the byte bound, never two. */
  get full(): boolean {
    return this.#window.length >= this.#messagesMax || this.#bytes >= this.#bytesMax
  }

  /** A message left whose last entry is `index`. */
  add(index: LogIndex, bytes: number): void {
    this.#window.push({ index, bytes })
    this.#bytes += bytes
  }

  /** The follower has everything up to `index`. */
  freeTo(index: LogIndex): void {
    let freed = 0
    for (const message of this.#window) {
      if (message.index > index) break
      this.#bytes -= message.bytes
      freed++
    }
    if (freed > 0) this.#window.splice(0, freed)
  }

  reset(): void {
    this.#window = []
    this.#bytes = 0
  }
}
