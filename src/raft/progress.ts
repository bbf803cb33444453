import { type InflightBounds, Inflights } from './inflights.ts'
import type { LogIndex, RaftId } from './types.ts'

/**
 * How a leader feeds a follower. `probe`: one message per heartbeat, to find where the logs match;
 * `replicate`: a pipeline of messages, sent optimistically; `snapshot`: nothing until it is there.
 */
export type ProgressState = 'probe' | 'replicate' | 'snapshot'

/** A leader's view of one member. Invariant: `match < next`. */
export class Progress {
  /** The highest entry known to be durable there. */
  match: LogIndex = 0
  /** The next entry to send. */
  next: LogIndex
  state: ProgressState = 'probe'
  /** The highest commit index that left towards this member. */
  sentCommit: LogIndex = 0
  /** In `snapshot`: the index of the snapshot on its way. */
  pendingSnapshot: LogIndex = 0
  /** Any message came since the last check of the quorum. */
  recentActive = false
  /** The flow is stopped until the member answers: probing, or the window is full. */
  appFlowPaused = false
  isLearner: boolean
  readonly inflights: Inflights

  constructor(options: {
    next: LogIndex
    isLearner: boolean
    inflights: Inflights | InflightBounds
  }) {
    const { inflights } = options
    this.next = options.next
    this.isLearner = options.isLearner
    this.inflights = inflights instanceof Inflights ? inflights : new Inflights(inflights)
  }

  /** A copy that shares the window: for trying out a configuration. */
  clone(): Progress {
    const copy = new Progress(this)
    copy.match = this.match
    copy.state = this.state
    copy.sentCommit = this.sentCommit
    copy.pendingSnapshot = this.pendingSnapshot
    copy.recentActive = this.recentActive
    copy.appFlowPaused = this.appFlowPaused
    return copy
  }

  get isPaused(): boolean {
    switch (this.state) {
      case 'probe':
      case 'replicate':
        return this.appFlowPaused
      case 'snapshot':
        return true
    }
  }

  becomeProbe(): void {
    // After a snapshot the follower has at least what the snapshot held, if it arrived.
    this.next =
      this.state === 'snapshot'
        ? Math.max(this.match + 1, this.pendingSnapshot + 1)
        : this.match + 1
    this.#enter('probe')
    this.sentCommit = Math.min(this.sentCommit, this.next - 1)
  }

  becomeReplicate(): void {
    this.#enter('replicate')
    this.next = this.match + 1
  }

  becomeSnapshot(index: LogIndex): void {
    this.#enter('snapshot')
    this.pendingSnapshot = index
    this.next = index + 1
    this.sentCommit = index
  }

  /** An `app` message with `count` entries of `bytes` in all leaves. */
  sentEntries(count: number, bytes: number): void {
    if (this.state === 'replicate') {
      if (count > 0) {
        this.next += count
        this.inflights.add(this.next - 1, bytes)
      }
      this.appFlowPaused = this.inflights.full
    } else if (this.state === 'probe' && count > 0) {
      this.appFlowPaused = true
    }
  }

  /** An empty message could tell the member of a commit index that it does not know of yet. */
  canBumpCommit(index: LogIndex): boolean {
    // A commit beyond next-1 cannot be told: the member cuts it to what it has.
    return index > this.sentCommit && this.sentCommit < this.next - 1
  }

  /** The member holds the leader's log up to `index`. False when that was known already. */
  maybeUpdate(index: LogIndex): boolean {
    if (index <= this.match) return false
    this.match = index
    this.next = Math.max(this.next, index + 1)
    this.appFlowPaused = false
    return true
  }

  /** The member refused entries after `rejected`. False when that answer is stale. */
  maybeDecreaseTo(rejected: LogIndex, matchHint: LogIndex): boolean {
    if (this.state === 'replicate') {
      if (rejected <= this.match) return false
      this.next = this.match + 1
      this.sentCommit = Math.min(this.sentCommit, this.next - 1)
      return true
    }
    // While probing only one message is out: an answer to any other is stale.
    if (this.next - 1 !== rejected) return false
    this.next = Math.max(Math.min(rejected, matchHint + 1), this.match + 1)
    this.sentCommit = Math.min(this.sentCommit, this.next - 1)
    this.appFlowPaused = false
    return true
  }

  #enter(state: ProgressState): void {
    this.state = state
    this.appFlowPaused = false
    this.pendingSnapshot = 0
    this.inflights.reset()
  }
}

export type ProgressMap = Map<RaftId, Progress>
