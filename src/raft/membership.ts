import type { InflightBounds } from './inflights.ts'
import { Progress, type ProgressMap } from './progress.ts'
import { committedIndex, type VoteResult, type Voters, voteResult } from './quorum.ts'
import type { ConfState, LogIndex, RaftId } from './types.ts'

/** Who is in the group (Raft §6). `learnersNext`: outgoing voters that become learners. */
export interface GroupConfig extends Voters {
  readonly learners: ReadonlySet<RaftId>
  readonly learnersNext: ReadonlySet<RaftId>
  readonly autoLeave: boolean
}

export const emptyGroup: GroupConfig = {
  incoming: new Set(),
  outgoing: new Set(),
  learners: new Set(),
  learnersNext: new Set(),
  autoLeave: false,
}

/** The group's configuration, each member's progress, and the votes of a running election. */
export class Membership {
  config: GroupConfig = emptyGroup
  /** In ascending order of ids. */
  progress: ProgressMap = new Map()
  readonly inflightBounds: InflightBounds
  #votes = new Map<RaftId, boolean>()

  constructor(inflightBounds: InflightBounds) {
    this.inflightBounds = inflightBounds
  }

  /** Everybody of a configuration, in ascending order of ids. */
  switchTo(config: GroupConfig, progress: ProgressMap): void {
    this.config = config
    this.progress = new Map([...progress].sort(([a], [b]) => a - b))
  }

  /** Nobody is a member. */
  clear(): void {
    this.switchTo(emptyGroup, new Map())
  }

  get isJoint(): boolean {
    return this.config.outgoing.size > 0
  }

  get isSingleton(): boolean {
    return this.config.incoming.size === 1 && !this.isJoint
  }

  /** Voters of both halves, ascending. */
  voters(): RaftId[] {
    return sorted(new Set([...this.config.incoming, ...this.config.outgoing]))
  }

  isVoter(id: RaftId): boolean {
    return this.config.incoming.has(id) || this.config.outgoing.has(id)
  }

  confState(): ConfState {
    const { incoming, outgoing, learners, learnersNext, autoLeave } = this.config
    return {
      voters: sorted(incoming),
      votersOutgoing: sorted(outgoing),
      learners: sorted(learners),
      learnersNext: sorted(learnersNext),
      autoLeave,
    }
  }

  /** The highest index that a quorum holds. */
  committed(): LogIndex {
    return committedIndex(this.config, (id) => this.progress.get(id)?.match)
  }

  /** A new term begins: nothing is known of the others, `self` has its own log. */
  resetProgress(self: RaftId, lastIndex: LogIndex): void {
    for (const [id, { isLearner }] of this.progress) {
      const fresh = new Progress({
        next: lastIndex + 1,
        isLearner,
        inflights: this.inflightBounds,
      })
      if (id === self) fresh.match = lastIndex
      this.progress.set(id, fresh)
    }
  }

  /** Whether a quorum was heard of since its `recentActive` marks were cleared. */
  quorumActive(): boolean {
    const active = new Map<RaftId, boolean>()
    for (const [id, progress] of this.progress) {
      if (!progress.isLearner) active.set(id, progress.recentActive)
    }
    return voteResult(this.config, active) === 'won'
  }

  resetVotes(): void {
    this.#votes = new Map()
  }

  /** The first vote of a member counts. */
  recordVote(id: RaftId, granted: boolean): void {
    if (!this.#votes.has(id)) this.#votes.set(id, granted)
  }

  tallyVotes(): { granted: number; rejected: number; result: VoteResult } {
    let granted = 0
    let rejected = 0
    for (const [id, progress] of this.progress) {
      const vote = this.#votes.get(id)
      if (progress.isLearner || vote === undefined) continue
      if (vote) granted++
      else rejected++
    }
    return { granted, rejected, result: voteResult(this.config, this.#votes) }
  }
}

function sorted(ids: ReadonlySet<RaftId>): RaftId[] {
  return [...ids].sort((a, b) => a - b)
}
