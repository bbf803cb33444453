import type { Clock } from '../base/index.ts'
import type { Mvcc } from './mvcc/index.ts'

/** Blocks of keys compacted before other work gets its turn. */
const BLOCKS_PER_TURN = 4
const PAUSE_MS = 1
/** Until a compaction held back by a reader, or waiting for the disk, is tried again. */
const RETRY_MS = 20

export interface BackgroundCompactionOptions {
  readonly clock: Clock
  /** Whether the state is still made of this: not closed, and not replaced by a snapshot. */
  readonly isCurrent: (mvcc: Mvcc) => boolean
  readonly flush: () => void
  readonly onDone: (nowMs: number) => void
}

/** Carries out what compactions have ordered, in small pieces beside all other work. */
export class BackgroundCompaction {
  readonly #options: BackgroundCompactionOptions

  constructor(options: BackgroundCompactionOptions) {
    this.#options = options
  }

  /** Does nothing when no history waits to be forgotten. */
  start(mvcc: Mvcc): void {
    if (mvcc.compacting) this.#after(0, mvcc)
  }

  #after(ms: number, mvcc: Mvcc): void {
    this.#options.clock.after(ms, () => this.#turn(mvcc), { unref: true })
  }

  #turn(mvcc: Mvcc): void {
    const { clock, isCurrent, flush, onDone } = this.#options
    if (!isCurrent(mvcc)) return
    for (let i = 0; i < BLOCKS_PER_TURN; i++) {
      if (mvcc.compactStep()) continue
      // A reader may take its time, and a flush would do nothing for it.
      if (mvcc.readers === 0) flush()
      if (mvcc.compacting) this.#after(RETRY_MS, mvcc)
      else onDone(clock.nowMs())
      return
    }
    this.#after(PAUSE_MS, mvcc)
  }
}
