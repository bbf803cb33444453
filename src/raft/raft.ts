import { assert, present } from '../base/index.ts'
import { campaign, stepCandidate } from './candidate.ts'
import { leaveJointChange } from './conf-change.ts'
import { type CompleteConfig, completeConfig, type RaftConfig } from './config.ts'
import { restoreConfiguration } from './configuration.ts'
import { entriesBytes, payloadBytes } from './entry-size.ts'
import type { RaftEvent } from './events.ts'
import { stepFollower } from './follower.ts'
import { confChangeProposal, stepLeader } from './leader.ts'
import { RaftLog } from './log.ts'
import { Membership } from './membership.ts'
import { message } from './message.ts'
import { PeerLinks } from './peer-links.ts'
import { ReadOnly } from './read-only.ts'
import type { StepResult } from './ready.ts'
import type {
  Entry,
  HardState,
  LogIndex,
  Message,
  RaftId,
  ReadState,
  Role,
  Snapshot,
  SoftState,
  Term,
} from './types.ts'
import { answerVote, isVoteIgnored, stepLowerTerm } from './vote.ts'

/**
 * The state of one member, and what every role does with it. What a role adds stands in
 * `leader.ts`, `follower.ts` and `candidate.ts`.
 */
export class Raft {
  readonly config: CompleteConfig
  readonly id: RaftId
  readonly log: RaftLog
  readonly membership: Membership
  readonly trace: (event: RaftEvent) => void
  readonly links: PeerLinks

  term: Term = 0
  vote: RaftId = 0
  leader: RaftId = 0
  role: Role = 'follower'
  isLearner = false

  /** Ticks since the leader was heard of; on a leader, since the quorum was checked. */
  electionElapsed = 0
  heartbeatElapsed = 0
  randomizedElectionTicks = 0

  /** The member that a leader hands leadership to; 0 for none. */
  leadTransferee: RaftId = 0
  /** No configuration change is taken while one at this index or below is not applied. */
  pendingConfIndex: LogIndex = 0
  /** Payload bytes in the log that are not applied; an estimate, for the limit. */
  uncommittedBytes = 0
  readOnly = new ReadOnly()
  /** Reads that came before the leader committed in its term. */
  pendingReads: Message[] = []

  messages: Message[] = []
  /** Messages that may leave only when what was appended before them is durable. */
  messagesAfterAppend: Message[] = []
  readStates: ReadState[] = []

  constructor(config: RaftConfig) {
    const complete = completeConfig(config)
    this.config = complete
    this.id = complete.id
    this.trace = complete.trace
    this.log = new RaftLog({
      storage: complete.storage,
      applyingBytesMax: complete.maxCommittedBytesPerReady,
      trace: complete.trace,
    })
    this.membership = new Membership({
      messagesMax: complete.maxInflightMessages,
      bytesMax: complete.maxInflightBytes,
    })
    this.links = new PeerLinks(this)
    const { hardState, confState } = complete.storage.initialState()
    restoreConfiguration(this, confState)
    this.#loadHardState(hardState)
    if (complete.applied > 0) this.log.appliedTo(complete.applied, 0)
    this.becomeFollower(this.term, 0)
    this.#traceStart()
  }

  softState(): SoftState {
    return { leader: this.leader, role: this.role }
  }

  hardState(): HardState {
    return { term: this.term, vote: this.vote, commit: this.log.committed }
  }

  /** Raft §5.1: terms first, then what the role does with the message. */
  step(m: Message): StepResult {
    if (m.term > this.term) {
      if (isVoteIgnored(this, m)) return 'accepted'
      this.#adoptTerm(m)
    } else if (m.term !== 0 && m.term < this.term) {
      stepLowerTerm(this, m)
      return 'accepted'
    }
    switch (m.type) {
      case 'hup':
        campaign(this, this.config.preVote ? 'pre-election' : 'election')
        return 'accepted'
      case 'vote':
      case 'pre-vote':
        answerVote(this, m)
        return 'accepted'
      case 'storage-append-resp':
        this.#appended(m)
        return 'accepted'
      case 'storage-apply-resp':
        this.#applied(m.entries)
        return 'accepted'
      default:
        return this.#stepRole(m)
    }
  }

  /** Queues a message in the name of this member and, unless it carries a term of its own, its term. */
  send(fields: Partial<Message> & Pick<Message, 'type' | 'to'>): void {
    // Forwarded proposals and reads belong to no term.
    const termless = fields.type === 'prop' || fields.type === 'read-index'
    const sent = message({ from: this.id, term: termless ? 0 : this.term, ...fields })
    const waitsForDisk =
      sent.type === 'app-resp' || sent.type === 'vote-resp' || sent.type === 'pre-vote-resp'
    if (waitsForDisk) {
      this.messagesAfterAppend.push(sent)
    } else {
      assert(sent.to !== this.id, 'raft: a message to oneself')
      this.messages.push(sent)
    }
  }

  becomeFollower(term: Term, leader: RaftId): void {
    this.#reset(term)
    this.leader = leader
    this.#become('follower')
  }

  becomeCandidate(): void {
    assert(this.role !== 'leader', 'raft: a leader does not stand for election')
    this.#reset(this.term + 1)
    this.vote = this.id
    this.#become('candidate')
  }

  /** Dissertation §9.6: changes neither term nor vote. */
  becomePreCandidate(): void {
    assert(this.role !== 'leader', 'raft: a leader does not stand for election')
    this.membership.resetVotes()
    this.leader = 0
    this.#become('pre-candidate')
  }

  becomeLeader(): void {
    assert(this.role !== 'follower', 'raft: a follower has to stand for election first')
    this.#reset(this.term)
    this.leader = this.id
    this.role = 'leader'
    const own = present(this.membership.progress.get(this.id), 'a leader among the members')
    own.becomeReplicate()
    own.recentActive = true
    // There may be a configuration change among the entries that are not applied yet.
    this.pendingConfIndex = this.log.lastIndex()
    // Raft §8: an entry of the own term, so that those of older terms can be committed.
    const noOp: Entry = { term: 0, index: 0, type: 'normal', data: new Uint8Array(0) }
    assert(this.appendEntries([noOp]), 'raft: an empty entry exceeds no limit')
    this.trace({ kind: 'became', role: 'leader', term: this.term })
  }

  /** A leader appends to its own log. False when too much is uncommitted already. */
  appendEntries(entries: readonly Entry[]): boolean {
    const bytes = payloadBytes(entries)
    const tooMuch = this.uncommittedBytes + bytes > this.config.maxUncommittedBytes
    // One proposal of any size is let through, and empty ones always: they end a term's silence.
    if (this.uncommittedBytes > 0 && bytes > 0 && tooMuch) return false
    this.uncommittedBytes += bytes
    const next = this.log.lastIndex() + 1
    this.log.append(
      entries.map(({ type, data }, i) => ({ term: this.term, index: next + i, type, data })),
    )
    // Counted only once it is durable here: the answer waits for the disk like everybody's.
    this.send({ type: 'app-resp', to: this.id, index: this.log.lastIndex() })
    return true
  }

  /** Raft §5.3, §5.4.2. True when the commit index moved. */
  maybeCommit(): boolean {
    return this.log.maybeCommit({ term: this.term, index: this.membership.committed() })
  }

  /** Whether this member may stand for election: a voter whose log is whole. */
  isPromotable(): boolean {
    const own = this.membership.progress.get(this.id)
    return own !== undefined && !own.isLearner && !this.log.unstable.snapshot
  }

  /** The snapshot is durable. */
  snapshotStored(snapshot: Snapshot): void {
    this.log.unstable.stableSnapshotTo(snapshot.metadata.index)
    this.#appliedTo(snapshot.metadata.index, 0)
  }

  #become(role: Role): void {
    this.role = role
    this.trace({ kind: 'became', role, term: this.term })
  }

  #reset(term: Term): void {
    if (this.term !== term) {
      this.term = term
      this.vote = 0
    }
    this.leader = 0
    this.electionElapsed = 0
    this.heartbeatElapsed = 0
    const { electionTicks, random } = this.config
    this.randomizedElectionTicks = electionTicks + random.int(electionTicks)
    this.leadTransferee = 0
    this.membership.resetVotes()
    this.membership.resetProgress(this.id, this.log.lastIndex())
    this.pendingConfIndex = 0
    this.uncommittedBytes = 0
    this.readOnly = new ReadOnly()
    this.pendingReads = []
  }

  #adoptTerm(m: Message): void {
    // A granted or asked pre-vote speaks of a term that nobody has entered yet.
    if (m.type === 'pre-vote' || (m.type === 'pre-vote-resp' && !m.reject)) return
    this.trace({
      kind: 'term-higher',
      type: m.type,
      from: m.from,
      messageTerm: m.term,
      term: this.term,
    })
    const fromLeader = m.type === 'app' || m.type === 'heartbeat' || m.type === 'snap'
    this.becomeFollower(m.term, fromLeader ? m.from : 0)
  }

  #stepRole(m: Message): StepResult {
    switch (this.role) {
      case 'leader':
        return stepLeader(this, m)
      case 'follower':
        return stepFollower(this, m)
      case 'candidate':
      case 'pre-candidate':
        return stepCandidate(this, m)
    }
  }

  #appended(m: Message): void {
    if (m.index !== 0) this.log.unstable.stableTo({ term: m.logTerm, index: m.index })
    if (m.snapshot) this.snapshotStored(m.snapshot)
  }

  #applied(entries: readonly Entry[]): void {
    const last = entries.at(-1)
    if (!last) return
    this.#appliedTo(last.index, entriesBytes(entries))
    this.uncommittedBytes = Math.max(0, this.uncommittedBytes - payloadBytes(entries))
  }

  #appliedTo(index: LogIndex, bytes: number): void {
    const applied = Math.max(index, this.log.applied)
    this.log.appliedTo(applied, bytes)
    const { config } = this.membership
    if (!config.autoLeave || applied < this.pendingConfIndex || this.role !== 'leader') return
    // Raft §6: the joint configuration is applied; the leader goes on to the new one.
    const result = this.step(confChangeProposal(this.id, leaveJointChange))
    if (result === 'accepted') this.trace({ kind: 'leaving-joint', config })
  }

  #loadHardState({ term, vote, commit }: HardState): void {
    if (term === 0 && vote === 0 && commit === 0) return
    assert(
      commit >= this.log.committed && commit <= this.log.lastIndex(),
      'raft: the commit index is outside of the log; was the log truncated?',
    )
    this.log.committed = commit
    this.term = term
    this.vote = vote
  }

  #traceStart(): void {
    this.trace({
      kind: 'started',
      peers: this.membership.voters(),
      term: this.term,
      commit: this.log.committed,
      applied: this.log.applied,
      last: this.log.last(),
    })
  }
}
