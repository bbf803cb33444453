import { Violation } from '../world.ts'
import type { KeyEvent } from './history.ts'

/** What each revision changed, as everybody saw it: the one order that all must agree on. */
export class Revisions {
  readonly #events = new Map<number, { text: string; events: readonly KeyEvent[]; by: string }>()
  #last = 1
  #compacted = 0
  readonly #onFirst: (events: readonly KeyEvent[]) => void

  /** `onFirst` is told of each revision when the first of all sees it. */
  constructor(onFirst: (events: readonly KeyEvent[]) => void) {
    this.#onFirst = onFirst
  }

  get last(): number {
    return this.#last
  }

  /** Up to where compaction may have come. */
  get compacted(): number {
    return this.#compacted
  }

  compacting(revision: number): void {
    this.#compacted = Math.max(this.#compacted, revision)
  }

  /** A watcher saw a whole revision. Everybody has to see the same. */
  saw(by: string, revision: number, events: readonly KeyEvent[]): void {
    const text = JSON.stringify(events)
    const known = this.#events.get(revision)
    if (!known) {
      this.#events.set(revision, { text, events, by })
      this.#last = Math.max(this.#last, revision)
      this.#onFirst(events)
    } else if (known.text !== text) {
      throw new Violation(
        `state equality: ${by} saw ${text} at revision ${revision}, ${known.by} saw ${known.text}`,
      )
    }
  }

  /** Undefined when nobody saw it, which compaction may be the reason of. */
  at(revision: number): readonly KeyEvent[] | undefined {
    return this.#events.get(revision)?.events
  }
}
