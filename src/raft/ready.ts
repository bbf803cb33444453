import type { Progress } from './progress.ts'
import type {
  ConfState,
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

/**
 * What the owner has to do. In classic mode, in this order: make `hardState`, `entries` and
 * `snapshot` durable; send `messages` (a leader may send before or while it writes: only its own
 * acknowledgement waits for the disk); apply `snapshot` and `committedEntries`; call `advance`.
 * With `asyncStorageWrites` the messages to `APPEND_THREAD` and `APPLY_THREAD` say what to write and
 * apply, in their order; the rest goes out at once, and there is no `advance`.
 */
export interface Ready {
  /** Present when the leader or the role changed. Need not be kept. */
  readonly softState?: SoftState
  /** Present when changed. */
  readonly hardState?: HardState
  /** To be appended to the log; replaces entries of the same index and all after it. */
  readonly entries: readonly Entry[]
  readonly committedEntries: readonly Entry[]
  /** Present when a leader's snapshot replaces log and state. */
  readonly snapshot?: Snapshot
  readonly messages: readonly Message[]
  readonly readStates: readonly ReadState[]
  /** False when what is to be written may stay in a buffer (only `commit` moved). */
  readonly mustSync: boolean
}

/** Why a proposal was not taken. The client may try again, elsewhere or later. */
export type DropReason = 'no-leader' | 'not-member' | 'transferring' | 'not-forwarded' | 'too-large'

/** `accepted` promises nothing but that the proposal is on its way. */
export type ProposalResult = 'accepted' | DropReason

/** What became of a message: taken, or dropped for this reason. Nothing of it is an error. */
export type StepResult = ProposalResult | 'local-message' | 'unknown-peer'

/** What is at hand: it may be asked for at every request. */
export interface RaftSummary {
  readonly id: RaftId
  readonly term: Term
  readonly vote: RaftId
  readonly commit: LogIndex
  readonly applied: LogIndex
  readonly leader: RaftId
  readonly role: Role
  readonly isLearner: boolean
  readonly lastIndex: LogIndex
  /** 0 when leadership is not being handed over. */
  readonly leadTransferee: RaftId
}

export interface RaftStatus extends RaftSummary {
  readonly confState: ConfState
  /** How far each member is. Empty unless this member leads. */
  readonly progress: ReadonlyMap<RaftId, ProgressStatus>
}

export type ProgressStatus = Readonly<
  Pick<Progress, 'match' | 'next' | 'state' | 'isLearner' | 'recentActive' | 'pendingSnapshot'>
> & {
  readonly isPaused: boolean
  readonly inflightMessages: number
  readonly inflightFull: boolean
}
