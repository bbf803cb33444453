import {
  decodeConfChange,
  type Entry,
  type LogIndex,
  type RawNode,
  type Snapshot,
  type Term,
} from '../../raft/index.ts'
import type { StateSnapshot } from '../state-machine.ts'
import type { Appender } from './appender.ts'
import type { Compactor } from './compactor.ts'
import { CORRELATION_BYTES, readCorrelation } from './correlation.ts'
import { memberErrors } from './errors.ts'
import { decodeMembership, encodeMembership, type Membership } from './membership.ts'
import type { MemberOptions } from './options.ts'
import type { Proposals } from './proposals.ts'
import type { SnapshotReceiver } from './snapshots.ts'

export interface ApplierParts<Outcome> {
  readonly node: RawNode
  readonly appender: Appender
  readonly compactor: Compactor<Outcome>
  readonly proposals: Proposals<Outcome>
  readonly receiver: SnapshotReceiver
}

const NOTHING = new Uint8Array(0)

/** Raft's apply thread: committed entries and snapshots go into the state, outcomes to who waits. */
export class Applier<Outcome> {
  readonly #options: MemberOptions<Outcome>
  /** This member's next proposal when a snapshot began to arrive, by the snapshot's index. */
  readonly #sequenceAt = new Map<LogIndex, number>()
  #membership: Membership
  #appliedTerm: Term = 0

  constructor(options: MemberOptions<Outcome>, membership: Membership) {
    this.#options = options
    this.#membership = membership
  }

  /** Who the members are, as of what is applied. */
  get membership(): Membership {
    return this.#membership
  }

  apply(entry: Entry, { node, appender, compactor, proposals }: ApplierParts<Outcome>): void {
    const { stateMachine, self } = this.#options
    const { index, term, data } = entry
    if (term > this.#appliedTerm) {
      this.#appliedTerm = term
      proposals.termApplied(term)
    }
    compactor.applied(entry)
    if (entry.type !== 'normal') {
      this.changeConf(node, entry)
      const membership = encodeMembership(this.#membership)
      appender.record({ type: 'membership', membership })
    }
    if (entry.type !== 'normal' || data.length < CORRELATION_BYTES) {
      stateMachine.apply({ index, term, payload: NOTHING })
      return
    }
    const { proposer, sequence } = readCorrelation(data)
    const outcome = stateMachine.apply({ index, term, payload: data.subarray(CORRELATION_BYTES) })
    if (proposer === self.id) proposals.resolve(sequence, outcome)
  }

  changeConf(node: RawNode, entry: Entry): void {
    const confState = node.applyConfChange(decodeConfChange(entry))
    this.#membership = { ...this.#membership, index: entry.index, confState }
  }

  /** What Raft is told of a state that is sent as a snapshot. */
  describe({ index, term }: StateSnapshot): Snapshot {
    const { confState } = this.#membership
    const data = encodeMembership(this.#membership)
    return { metadata: { index, term, confState }, data }
  }

  /** A snapshot begins to arrive: it may hold what was proposed before `next`, but nothing later. */
  arriving(index: LogIndex, next: number): void {
    this.#sequenceAt.set(index, next)
  }

  async install(
    snapshot: Snapshot,
    { proposals, receiver }: Pick<ApplierParts<Outcome>, 'proposals' | 'receiver'>,
  ): Promise<void> {
    const { stateMachine, log } = this.#options
    const { index, term } = snapshot.metadata
    log.info('installing a snapshot', { index, term })
    await stateMachine.restore({ index, term }, receiver.chunks(index))
    await receiver.discard(index)
    this.#membership = decodeMembership(snapshot.data)
    this.#appliedTerm = Math.max(this.#appliedTerm, term)
    // The outcome of proposals that the snapshot may hold is not to be had here.
    const below = this.#sequenceAt.get(index) ?? proposals.next
    this.#sequenceAt.clear()
    proposals.failSent(below, memberErrors.timeoutConnectionLost())
  }
}
