import { DiskError } from '../../base/index.ts'

/**
 * Everything happens on one event loop, in turns: inputs only schedule a turn, so that what arrives
 * together is written and sent together.
 */
export class Turns {
  readonly #turn: () => void
  readonly #onFatal: (error: DiskError) => void
  #isScheduled = false
  #stopped = false

  /** `turn`: what is done after inputs. `onFatal`: the state's disk failed in it. */
  constructor(options: { turn: () => void; onFatal: (error: DiskError) => void }) {
    this.#turn = options.turn
    this.#onFatal = options.onFatal
  }

  get stopped(): boolean {
    return this.#stopped
  }

  /** No more inputs are taken, and no turn comes. */
  stop(): void {
    this.#stopped = true
  }

  /** An input, then a turn. */
  run(input: () => void): void {
    if (this.#stopped) return
    input()
    this.schedule()
  }

  schedule(): void {
    if (this.#isScheduled || this.#stopped) return
    this.#isScheduled = true
    queueMicrotask(() => {
      this.#isScheduled = false
      try {
        if (!this.#stopped) this.#turn()
      } catch (error) {
        // Anything but the state's disk is a bug, and crashes.
        if (!(error instanceof DiskError)) throw error
        this.#onFatal(error)
      }
    })
  }
}
