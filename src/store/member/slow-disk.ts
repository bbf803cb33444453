import type { MemberId } from '../../base/index.ts'
import type { LogIndex, RaftStatus } from '../../raft/index.ts'

/** In election timeouts: how long the own disk may lag behind the others before it counts as slow, */
const SLOW_ELECTIONS = 0.2
/** how long before it counts as hung, */
const HUNG_ELECTIONS = 1
/** how long a slow write is remembered, */
const REMEMBER_ELECTIONS = 5
/** and how long leadership stays, after this member came to lead, and after it made way. */
const SETTLE_ELECTIONS = 1
const REST_ELECTIONS = 30
/** So many slow writes are no chance any more. */
const SLOW_WRITES_MAX = 3

/**
 * Tells a leader that its disk holds everybody up: enough others to do without it have had entries
 * on their disks for a while, over the network, and it has not. Where all disks are slow alike,
 * nobody does better, and leadership stays.
 */
export class SlowDisk {
  readonly #self: MemberId
  readonly #electionMs: number
  /** What the others have and this member has not, and since when. */
  #behind: { readonly index: LogIndex; readonly sinceMs: number; isCounted: boolean } | undefined
  #slowMs: number[] = []
  #isLeader = false
  #quietUntilMs = 0

  constructor(options: { self: MemberId; electionMs: number }) {
    this.#self = options.self
    this.#electionMs = options.electionMs
  }

  /** At every heartbeat: whether another one should lead. */
  shouldMakeWay(status: RaftStatus, nowMs: number): boolean {
    if (status.role !== 'leader') {
      this.#isLeader = false
      return false
    }
    if (!this.#isLeader) this.#begin(nowMs)
    const lagMs = this.#lagMs(status, nowMs)
    const isHung = lagMs >= HUNG_ELECTIONS * this.#electionMs
    if (nowMs < this.#quietUntilMs) return false
    return isHung || this.#slowMs.length >= SLOW_WRITES_MAX
  }

  /** Another one is asked to lead: it stays with that for a while. */
  madeWay(nowMs: number): void {
    this.#quietUntilMs = nowMs + REST_ELECTIONS * this.#electionMs
    this.#slowMs = []
  }

  #begin(nowMs: number): void {
    this.#isLeader = true
    this.#behind = undefined
    this.#slowMs = []
    const settledMs = nowMs + SETTLE_ELECTIONS * this.#electionMs
    this.#quietUntilMs = Math.max(this.#quietUntilMs, settledMs)
  }

  #lagMs(status: RaftStatus, nowMs: number): number {
    const own = status.progress.get(this.#self)?.match ?? 0
    const others = durableWithout(this.#self, status)
    if (this.#behind && own >= this.#behind.index) this.#behind = undefined
    if (!this.#behind && own < others) {
      this.#behind = { index: others, sinceMs: nowMs, isCounted: false }
    }
    if (!this.#behind) return 0
    const lagMs = nowMs - this.#behind.sinceMs
    if (lagMs >= SLOW_ELECTIONS * this.#electionMs && !this.#behind.isCounted) {
      this.#behind.isCounted = true
      const sinceMs = nowMs - REMEMBER_ELECTIONS * this.#electionMs
      this.#slowMs = [...this.#slowMs.filter((atMs) => atMs >= sinceMs), nowMs]
    }
    return lagMs
  }
}

/** Up to where a majority of the voters has everything durable, this one left aside. */
function durableWithout(self: MemberId, { progress }: RaftStatus): LogIndex {
  const voters = [...progress].filter(([, { isLearner }]) => !isLearner)
  const others = voters.filter(([id]) => id !== self).map(([, { match }]) => match)
  const majority = Math.floor(voters.length / 2) + 1
  return others.sort((a, b) => b - a)[majority - 1] ?? 0
}
