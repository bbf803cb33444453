import type { MemberId } from '../../base/index.ts'
import type { Term } from '../../raft/index.ts'
import { readCorrelation } from './correlation.ts'
import type { Forward } from './peer-codec.ts'

/** Lives of one proposer that are told apart within a term; older ones are forgotten. */
const ORIGINS_MAX = 4

interface Origin {
  oldest: number
  readonly taken: Set<number>
}

/**
 * The leader's memory of what it was forwarded in its term: a frame that comes twice, or is sent
 * again because its answer is late, is appended once.
 */
export class Forwards {
  #term: Term = 0
  readonly #proposers = new Map<MemberId, Map<number, Origin>>()

  /** The proposals that were not seen before in this term. */
  fresh(from: MemberId, forward: Forward): Uint8Array[] {
    const origin = this.#origin(from, forward)
    return forward.proposals.filter((data) => {
      const { sequence } = readCorrelation(data)
      return sequence >= origin.oldest && !origin.taken.has(sequence)
    })
  }

  /** These are in the log now. */
  took(from: MemberId, forward: Forward, proposals: readonly Uint8Array[]): void {
    const origin = this.#origin(from, forward)
    for (const data of proposals) origin.taken.add(readCorrelation(data).sequence)
  }

  #origin(from: MemberId, forward: Forward): Origin {
    if (forward.term !== this.#term) {
      this.#term = forward.term
      this.#proposers.clear()
    }
    let origins = this.#proposers.get(from)
    if (!origins) {
      origins = new Map()
      this.#proposers.set(from, origins)
    }
    let origin = origins.get(forward.origin)
    if (!origin) {
      origin = { oldest: forward.oldest, taken: new Set() }
      origins.set(forward.origin, origin)
      const [first] = origins.keys()
      if (origins.size > ORIGINS_MAX && first !== undefined) origins.delete(first)
    }
    if (forward.oldest > origin.oldest) {
      origin.oldest = forward.oldest
      for (const sequence of origin.taken) {
        // Taken in about this order: what is left behind a newer one goes with the next.
        if (sequence >= origin.oldest) break
        origin.taken.delete(sequence)
      }
    }
    return origin
  }
}
