/** Bytes that may wait for their reader before the writer has to. */
const WAITING_BYTES_MAX = 256 * 1024

/** Bytes from one writer to one reader, with back-pressure. */
export class Pipe implements AsyncIterable<Uint8Array> {
  readonly #queue: Uint8Array[] = []
  #size = 0
  #state: 'open' | 'ended' | 'destroyed' = 'open'
  #wakeReader: () => void = () => undefined
  #wakeWriter: () => void = () => undefined

  /** Resolves when there is room for more. What comes after the end is dropped. */
  async write(data: Uint8Array): Promise<void> {
    if (this.#state !== 'open' || data.length === 0) return
    this.#queue.push(data)
    this.#size += data.length
    this.#wakeReader()
    // Nothing waits for a reader that is gone: `destroy` empties the queue.
    while (this.#size > WAITING_BYTES_MAX) {
      await new Promise<void>((resolve) => {
        this.#wakeWriter = resolve
      })
    }
  }

  /** What waits is still read. */
  end(): void {
    if (this.#state === 'open') this.#state = 'ended'
    this.#wakeReader()
  }

  /** Nobody reads any more, or nothing is to be read. */
  destroy(): void {
    this.#state = 'destroyed'
    this.#queue.length = 0
    this.#size = 0
    this.#wakeReader()
    this.#wakeWriter()
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    try {
      for (;;) {
        const data = this.#queue.shift()
        if (data) {
          this.#size -= data.length
          this.#wakeWriter()
          yield data
        } else if (this.#state === 'open') {
          await new Promise<void>((resolve) => {
            this.#wakeReader = resolve
          })
        } else return
      }
    } finally {
      this.destroy()
    }
  }
}
