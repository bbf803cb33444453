/**
 * Many lives that end with one: hands out signals that abort with the parent's, over a single
 * listener on it, however many there are.
 */
export class Scope {
  readonly #parent: AbortSignal
  readonly #children = new Set<AbortController>()

  constructor(parent: AbortSignal) {
    this.#parent = parent
    const end = () => {
      for (const child of this.#children) child.abort(parent.reason)
      this.#children.clear()
    }
    if (parent.aborted) end()
    else parent.addEventListener('abort', end, { once: true })
  }

  /** Runs `work` with a signal of its own. */
  async run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const child = new AbortController()
    if (this.#parent.aborted) child.abort(this.#parent.reason)
    this.#children.add(child)
    try {
      return await work(child.signal)
    } finally {
      this.#children.delete(child)
    }
  }
}
