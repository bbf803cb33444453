import { type Clock, type Disk, type FileWatch, sleep } from '../../../../base/index.ts'

/** A container that writes all the time is read in rounds with this pause, not byte by byte. */
const PAUSE_MS = 20

/** Calls for a container's spool to be read as soon as something is written to it. */
export class SpoolWatch {
  readonly #clock: Clock
  readonly #read: () => Promise<unknown>
  #watch: FileWatch | undefined
  #reading: Promise<void> | undefined
  #dirty = false
  #closed = false

  /** `read` does not reject. */
  constructor(
    options: { path: string; read: () => Promise<unknown> },
    parts: { clock: Clock; disk: Disk },
  ) {
    this.#clock = parts.clock
    this.#read = options.read
    this.#watch = parts.disk.watch?.(options.path, () => this.#onChange())
  }

  /** False: the system tells nothing, the spool has to be looked at. */
  get active(): boolean {
    return this.#watch !== undefined
  }

  /** Resolves when no read is under way any more. */
  async close(): Promise<void> {
    this.#closed = true
    this.#watch?.close()
    this.#watch = undefined
    await this.#reading
  }

  #onChange(): void {
    this.#dirty = true
    if (this.#closed) return
    this.#reading ??= this.#readAll().finally(() => {
      this.#reading = undefined
    })
  }

  async #readAll(): Promise<void> {
    while (this.#dirty && !this.#closed) {
      this.#dirty = false
      await this.#read()
      await sleep(this.#clock, PAUSE_MS)
    }
  }
}
