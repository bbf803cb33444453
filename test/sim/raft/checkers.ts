import type { Entry, RaftId, ReadState } from '../../../src/raft/index.ts'
import { Violation } from '../world.ts'

interface Applied {
  readonly term: number
  readonly stateHash: string
}

/** The properties of Raft's figure 3, checked over everything that any member ever did. */
export class RaftCheckers {
  readonly #leaders = new Map<number, RaftId>()
  /** Each entry ever appended: its payload, and the term of the one before. */
  readonly #entries = new Map<string, { data: string; previousTerm: number }>()
  readonly #applied: Applied[] = []

  get appliedMax(): number {
    return this.#applied.length - 1
  }

  get terms(): number {
    return this.#leaders.size
  }

  /** Election safety: at most one leader in a term. */
  leaderElected(id: RaftId, term: number): void {
    const other = this.#leaders.get(term)
    if (other !== undefined && other !== id) {
      throw new Violation(`election safety: ${other} and ${id} both lead term ${term}`)
    }
    this.#leaders.set(term, id)
  }

  /** Leader completeness: its log holds every entry that was committed in an earlier term. */
  leaderLog(id: RaftId, firstIndex: number, termAt: (index: number) => number | undefined): void {
    for (let index = firstIndex; index <= this.appliedMax; index++) {
      const committed = this.#applied[index]?.term
      if (committed === undefined || termAt(index) === committed) continue
      throw new Violation(
        `leader completeness: ${id} leads with term ${termAt(index)} at ${index}, ` +
          `where term ${committed} is committed`,
      )
    }
  }

  /** Log matching: an index and a term name one entry, and with it everything before. */
  appended(id: RaftId, entry: Entry, previousTerm: number): void {
    const key = `${entry.index}/${entry.term}`
    const data = `${entry.type} ${Buffer.from(entry.data).toString('latin1')}`
    const known = this.#entries.get(key)
    if (!known) {
      this.#entries.set(key, { data, previousTerm })
    } else if (known.data !== data || known.previousTerm !== previousTerm) {
      throw new Violation(`log matching: ${id} has another entry at ${key}`)
    }
  }

  /** State machine safety: every member applies the same entry at an index, to the same state. */
  applied(id: RaftId, index: number, applied: Applied): void {
    const known = this.#applied[index]
    if (!known) {
      this.#applied[index] = applied
    } else if (known.term !== applied.term || known.stateHash !== applied.stateHash) {
      throw new Violation(
        `state machine safety: ${id} applied term ${applied.term} at ${index}, ` +
          `others term ${known.term}`,
      )
    }
  }

  /** A read sees everything that was applied anywhere when it was asked for. */
  readAnswered(id: RaftId, read: ReadState, appliedWhenAsked: number): void {
    if (read.index >= appliedWhenAsked) return
    throw new Violation(
      `read index: ${id} may read at ${read.index}, but ${appliedWhenAsked} was applied before`,
    )
  }
}
