/** What the other side may still send, of a stream or of the connection (RFC 9113 §5.2). */
export class ReceiveWindow {
  readonly #full: number
  #left: number
  /** Read by us and not told yet. */
  #owed = 0

  constructor(bytes: number) {
    this.#full = bytes
    this.#left = bytes
  }

  /** False when the other side has sent more than it may. */
  take(bytes: number): boolean {
    this.#left -= bytes
    return this.#left >= 0
  }

  /** What to tell the other side now that `bytes` are read: mostly nothing, then many at once. */
  consumed(bytes: number): number {
    this.#owed += bytes
    if (this.#owed < this.#full / 2) return 0
    const increment = this.#owed
    this.#owed = 0
    this.#left += increment
    return increment
  }
}
