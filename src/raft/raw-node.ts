import { assert } from '../base/index.ts'
import type { ConfChange, ConfChangeV2 } from './conf-change.ts'
import type { RaftConfig } from './config.ts'
import { applyConfChange } from './configuration.ts'
import { confChangeProposal } from './leader.ts'
import { isLocalTarget, isLocalType, isResponse, message } from './message.ts'
import { Raft } from './raft.ts'
import type {
  ProgressStatus,
  ProposalResult,
  RaftStatus,
  RaftSummary,
  Ready,
  StepResult,
} from './ready.ts'
import { maybeSendAppend } from './replication.ts'
import { appendMessage, appendResponse, applyMessage, applyResponse } from './storage-messages.ts'
import { tick } from './tick.ts'
import type { ConfState, Entry, HardState, Message, RaftId, SoftState } from './types.ts'

/**
 * One member's consensus as a synchronous state machine: inputs in, `Ready` out. Single-threaded;
 * bytes handed in are owned by it afterwards.
 */
export class RawNode {
  protected readonly raft: Raft
  readonly #async: boolean
  #lastSoftState: SoftState
  #lastHardState: HardState
  /** Classic mode: what `advance` answers in the place of the storage threads. */
  #stepsOnAdvance: Message[] = []

  /** Throws `RaftConfigError` for a configuration that cannot work. */
  constructor(config: RaftConfig) {
    this.raft = new Raft(config)
    this.#async = this.raft.config.asyncStorageWrites
    this.#lastSoftState = this.raft.softState()
    this.#lastHardState = this.raft.hardState()
  }

  /** Time passes: called by the owner at its tick interval. */
  tick(): void {
    tick(this.raft)
  }

  /** A message from a peer, or the answer of a storage thread. Stale ones do nothing. */
  step(m: Message): StepResult {
    if (isLocalType(m.type) && !isLocalTarget(m.from)) return 'local-message'
    const known = isLocalTarget(m.from) || this.raft.membership.progress.has(m.from)
    if (isResponse(m.type) && !known) return 'unknown-peer'
    return this.raft.step(m)
  }

  /** Starts an election now. */
  campaign(): void {
    this.raft.step(message({ type: 'hup', from: this.raft.id }))
  }

  propose(data: Uint8Array): ProposalResult {
    return this.proposeAll([data])
  }

  /** Several entries at once, replicated in one message; all are taken or none. */
  proposeAll(data: readonly Uint8Array[]): ProposalResult {
    return this.proposeEntries(data.map((bytes) => ({ type: 'normal', data: bytes })))
  }

  /** Likewise; changes of the configuration among them, of which one at a time may be made. */
  proposeEntries(given: readonly Pick<Entry, 'type' | 'data'>[]): ProposalResult {
    const entries = given.map((each): Entry => ({ term: 0, index: 0, ...each }))
    return this.#proposal(message({ type: 'prop', from: this.raft.id, entries }))
  }

  /** Whether a change of the configuration may be on its way: another one would come to nothing. */
  get isChanging(): boolean {
    return this.raft.pendingConfIndex > this.raft.log.applied
  }

  /** A change that may not be made now becomes an empty entry in the log, as in etcd. */
  proposeConfChange(change: ConfChange | ConfChangeV2): ProposalResult {
    return this.#proposal(confChangeProposal(this.raft.id, change))
  }

  /**
   * Called when a committed `conf-change` or `conf-change-v2` entry is applied. The owner keeps the
   * result with its snapshots. Throws `ConfChangeError` for a change that cannot be made.
   */
  applyConfChange(change: ConfChange | ConfChangeV2): ConfState {
    return applyConfChange(this.raft, change)
  }

  /**
   * Asks for a `ReadState` with this context, unique among outstanding ones. Without an answer
   * (the leader changed, a message was lost) the owner asks again.
   */
  readIndex(context: Uint8Array): void {
    this.raft.step(message({ type: 'read-index', context }))
  }

  /** Hands leadership over; forwarded when this member does not lead. */
  transferLeadership(to: RaftId): void {
    this.raft.step(message({ type: 'transfer-leader', from: to }))
  }

  /** A follower forgets its leader, so that it may grant pre-votes. */
  forgetLeader(): void {
    this.raft.step(message({ type: 'forget-leader' }))
  }

  /** The last message to `id` was not delivered. */
  reportUnreachable(id: RaftId): void {
    this.raft.step(message({ type: 'unreachable', from: id }))
  }

  /** Whether the snapshot sent to `id` arrived. Must follow every `snap` message. */
  reportSnapshot(id: RaftId, arrived: boolean): void {
    this.raft.step(message({ type: 'snap-status', from: id, reject: !arrived }))
  }

  /**
   * The connection to `id` broke just now. With pre-vote and check-quorum, and if it leads, an
   * election starts within `peerDownTicksMax` ticks unless it is heard of before.
   */
  peerDown(id: RaftId): void {
    this.raft.links.down(id)
  }

  /** The connection to `id` stands again: a leader goes on feeding it at once. */
  peerUp(id: RaftId): void {
    const progress = this.raft.membership.progress.get(id)
    if (this.raft.role !== 'leader' || !progress || id === this.raft.id) return
    if (progress.state === 'snapshot') return
    progress.appFlowPaused = false
    maybeSendAppend(this.raft, id, { sendIfEmpty: true })
  }

  /** Whether `ready` has anything to say. */
  hasReady(): boolean {
    const raft = this.raft
    return (
      raft.messages.length > 0 ||
      raft.messagesAfterAppend.length > 0 ||
      raft.log.unstable.hasNextEntries() ||
      raft.log.hasNextCommitted(!this.#async) ||
      raft.readStates.length > 0 ||
      raft.log.unstable.nextSnapshot() !== undefined ||
      !sameSoftState(raft.softState(), this.#lastSoftState) ||
      !sameHardState(raft.hardState(), this.#lastHardState)
    )
  }

  /** What is to be done. In classic mode followed by `advance` before the next `ready`. */
  ready(): Ready {
    const ready = this.#collect()
    this.#accept(ready)
    return ready
  }

  /** The last `Ready` is done: written, sent, applied. Classic mode only. */
  advance(): void {
    assert(!this.#async, 'raft: advance is not for asynchronous storage writes')
    const steps = this.#stepsOnAdvance
    this.#stepsOnAdvance = []
    for (const m of steps) this.raft.step(m)
  }

  summary(): RaftSummary {
    const { id, term, vote, log, leader, role, isLearner, leadTransferee } = this.raft
    return {
      id,
      term,
      vote,
      commit: log.committed,
      applied: log.applied,
      leader,
      role,
      isLearner,
      lastIndex: log.lastIndex(),
      leadTransferee,
    }
  }

  status(): RaftStatus {
    const { membership, role } = this.raft
    return {
      ...this.summary(),
      confState: membership.confState(),
      progress: role === 'leader' ? progressStatus(this.raft) : new Map(),
    }
  }

  /** A step that only this member can have sent answers as a proposal does. */
  #proposal(m: Message): ProposalResult {
    const result = this.raft.step(m)
    assert(result !== 'local-message' && result !== 'unknown-peer', 'raft: a proposal is no answer')
    return result
  }

  #collect(): Ready {
    const raft = this.raft
    const softState = raft.softState()
    const hardState = raft.hardState()
    const snapshot = raft.log.unstable.nextSnapshot()
    const entries = raft.log.unstable.nextEntries()
    const { vote, term } = this.#lastHardState
    const ready: Ready = {
      ...(!sameSoftState(softState, this.#lastSoftState) && { softState }),
      ...(!sameHardState(hardState, this.#lastHardState) && { hardState }),
      ...(snapshot && { snapshot }),
      entries,
      committedEntries: raft.log.nextCommitted(!this.#async),
      messages: raft.messages,
      readStates: raft.readStates,
      mustSync: entries.length > 0 || hardState.vote !== vote || hardState.term !== term,
    }
    return { ...ready, messages: this.#outgoing(ready) }
  }

  #outgoing(ready: Ready): Message[] {
    const { messages, messagesAfterAppend, id } = this.raft
    if (!this.#async) return [...messages, ...messagesAfterAppend.filter(({ to }) => to !== id)]
    const append = appendMessage(this.raft, ready)
    const apply = applyMessage(this.raft, ready.committedEntries)
    return [...messages, ...(append ? [append] : []), ...(apply ? [apply] : [])]
  }

  #accept(ready: Ready): void {
    const raft = this.raft
    if (ready.softState) this.#lastSoftState = ready.softState
    if (ready.hardState) this.#lastHardState = ready.hardState
    if (!this.#async) {
      assert(this.#stepsOnAdvance.length === 0, 'raft: two ready calls without advance')
      const append = appendResponse(raft, ready)
      const apply = applyResponse(raft, ready.committedEntries)
      this.#stepsOnAdvance = [
        ...raft.messagesAfterAppend.filter(({ to }) => to === raft.id),
        ...(append ? [append] : []),
        ...(apply ? [apply] : []),
      ]
    }
    raft.readStates = []
    raft.messages = []
    raft.messagesAfterAppend = []
    raft.log.unstable.acceptInProgress()
    raft.log.acceptApplying(ready.committedEntries, !this.#async)
  }
}

function progressStatus({ membership }: Raft): Map<RaftId, ProgressStatus> {
  const progress = new Map<RaftId, ProgressStatus>()
  for (const [id, p] of membership.progress) {
    const { match, next, state, isLearner, recentActive, pendingSnapshot, isPaused } = p
    const inflightMessages = p.inflights.count
    const inflightFull = p.inflights.full
    progress.set(id, {
      match,
      next,
      state,
      isLearner,
      recentActive,
      pendingSnapshot,
      isPaused,
      inflightMessages,
      inflightFull,
    })
  }
  return progress
}

function sameSoftState(a: SoftState, b: SoftState): boolean {
  return a.leader === b.leader && a.role === b.role
}

function sameHardState(a: HardState, b: HardState): boolean {
  return a.term === b.term && a.vote === b.vote && a.commit === b.commit
}
