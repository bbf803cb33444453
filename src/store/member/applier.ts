import {
  type ConfChange,
  decodeConfChange,
  type Entry,
  type LogIndex,
  type RawNode,
  type Snapshot,
  type Term,
} from '../../raft/index.ts'
import { confStateOf, encodeMembership, type Membership } from '../membership/index.ts'
import type { StateSnapshot } from '../state-machine.ts'
import type { Compactor } from './compactor.ts'
import { CORRELATION_BYTES, readCorrelation } from './correlation.ts'
import { type MemberDelays, SLOW_APPLY_MS } from './delays.ts'
import { memberErrors } from './errors.ts'
import type { MemberOptions } from './options.ts'
import type { Outbox } from './outbox.ts'
import type { Proposals } from './proposals.ts'
import type { SnapshotReceiver } from './snapshots.ts'

export interface ApplierParts<Outcome> {
  readonly node: RawNode
  readonly compactor: Compactor<Outcome>
  readonly proposals: Proposals<Outcome>
  readonly receiver: SnapshotReceiver
  readonly outbox: Outbox
}

const NOTHING = new Uint8Array(0)
const NO_CHANGE: ConfChange = { type: 'update-node', nodeId: 0 }

/** Raft's apply thread: committed entries and snapshots go into the state, outcomes to who waits. */
export class Applier<Outcome> {
  readonly #options: MemberOptions<Outcome>
  /** This member's next proposal when a snapshot began to arrive, by the snapshot's index. */
  readonly #sequenceAt = new Map<LogIndex, number>()
  readonly #initial: Membership
  readonly #onMembership: () => void
  #appliedTerm: Term = 0

  constructor(
    options: MemberOptions<Outcome>,
    initial: Membership,
    /** The members have changed. */
    onMembership: () => void,
  ) {
    this.#options = options
    this.#initial = initial
    this.#onMembership = onMembership
  }

  /** Who the members are, as of what is applied. */
  get membership(): Membership {
    return this.#options.stateMachine.membership ?? this.#initial
  }

  apply(entry: Entry, parts: ApplierParts<Outcome>): void {
    const { stateMachine, self, clock, delays } = this.#options
    const { node, compactor, proposals, outbox } = parts
    const { index, term } = entry
    if (term > this.#appliedTerm) {
      this.#appliedTerm = term
      proposals.termApplied(term)
    }
    compactor.applied(entry)
    const before = stateMachine.membership
    const change = entry.type === 'normal' ? undefined : decodeConfChange(entry)
    const data = change ? (change.context ?? NOTHING) : entry.data
    const isEmpty = data.length < CORRELATION_BYTES
    const payload = isEmpty ? NOTHING : data.subarray(CORRELATION_BYTES)
    const startMs = clock.monotonicMs()
    const outcome = stateMachine.apply({ index, term, payload })
    if (delays) noteApplied(delays, { payload, tookMs: clock.monotonicMs() - startMs, outcome })
    const isChanged = stateMachine.membership !== before
    // Raft follows what the state made of it: a change that was refused changes nobody.
    if (change) node.applyConfChange(isEmpty || isChanged ? change : NO_CHANGE)
    if (isChanged) this.#onMembership()
    if (isEmpty) return
    const { proposer, sequence } = readCorrelation(data)
    if (proposer === self.id) proposals.resolve(sequence, outcome)
    else outbox.hurry(proposer)
  }

  /** What Raft is told of a state that is sent as a snapshot. */
  describe({ index, term }: StateSnapshot): Snapshot {
    const confState = confStateOf(this.membership)
    const data = encodeMembership(this.membership)
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
    const { stateMachine, log, delays } = this.#options
    const { index, term } = snapshot.metadata
    log.info('installing a snapshot', { index, term })
    if (delays) delays.installing++
    try {
      await stateMachine.restore({ index, term }, receiver.chunks(index))
    } finally {
      if (delays) delays.installing--
    }
    await receiver.discard(index)
    this.#onMembership()
    this.#appliedTerm = Math.max(this.#appliedTerm, term)
    // The outcome of proposals that the snapshot may hold is not to be had here.
    const below = this.#sequenceAt.get(index) ?? proposals.next
    this.#sequenceAt.clear()
    proposals.failSent(below, memberErrors.timeoutConnectionLost())
  }
}

function noteApplied(
  delays: MemberDelays,
  { payload, tookMs, outcome }: { payload: Uint8Array; tookMs: number; outcome: unknown },
): void {
  if (tookMs > SLOW_APPLY_MS) delays.applies++
  if (payload.length > 0) delays.onApplied?.(payload, tookMs / 1000, outcome)
}
