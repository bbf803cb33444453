import type { MemberId, Random } from '../../base/index.ts'

const FIRST_TICKS_MAX = 10
const AGAIN_TICKS_MIN = 20
const AGAIN_TICKS_SPAN = 30

/**
 * Saves the first election timeout after a start: once a quorum is connected and no leader has been
 * heard of, a campaign may begin. Pre-vote keeps it from disturbing a leader that is there.
 */
export class EagerElection {
  readonly #random: Random
  readonly #voters: () => number
  readonly #connected = new Set<MemberId>()
  #done = false
  #inTicks = 0

  constructor(options: { random: Random; voters: () => number }) {
    this.#random = options.random
    this.#voters = options.voters
  }

  up(peer: MemberId): void {
    this.#connected.add(peer)
  }

  down(peer: MemberId): void {
    this.#connected.delete(peer)
  }

  isUp(peer: MemberId): boolean {
    return this.#connected.has(peer)
  }

  /** Whether to campaign at this tick. */
  due(leader: MemberId): boolean {
    if (leader !== 0) this.#done = true
    if (this.#done) return false
    const voters = this.#voters()
    const quorum = Math.floor(voters / 2) + 1
    if (voters === 0 || this.#connected.size + 1 < quorum) return false
    if (quorum === 1) {
      this.#done = true
      return true
    }
    if (this.#inTicks === 0) this.#inTicks = 1 + this.#random.int(FIRST_TICKS_MAX)
    if (--this.#inTicks > 0) return false
    this.#inTicks = AGAIN_TICKS_MIN + this.#random.int(AGAIN_TICKS_SPAN)
    return true
  }
}
