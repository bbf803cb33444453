import type { ConfChange, ConfChangeV2 } from './conf-change.ts'
import type { GroupConfig } from './membership.ts'
import type { Progress } from './progress.ts'
import type { DropReason } from './ready.ts'
import type { LogIndex, MessageType, RaftId, Role, SnapshotMetadata, Term } from './types.ts'

/** An entry's identity: two logs with the same one agree on all before it (Raft §5.3). */
export interface EntryId {
  readonly term: Term
  readonly index: LogIndex
}

type VoteType = 'vote' | 'pre-vote'
type VoteRespType = 'vote-resp' | 'pre-vote-resp'

/**
 * What the state machine does, for logs, metrics and tests. `progress` and `config` are live objects:
 * read them during the call, keep nothing.
 */
export type RaftEvent =
  | ElectionEvent
  | TermEvent
  | LogEvent
  | ReplicationEvent
  | SnapshotEvent
  | MembershipEvent
  | LeadershipEvent
  | {
      readonly kind: 'proposal-dropped'
      readonly reason: DropReason
      readonly leader: RaftId
      readonly term: Term
    }

type ElectionEvent =
  | { readonly kind: 'became'; readonly role: Role; readonly term: Term }
  | { readonly kind: 'election-started'; readonly term: Term }
  | { readonly kind: 'not-promotable' }
  | { readonly kind: 'conf-change-unapplied'; readonly term: Term }
  | {
      readonly kind: 'vote-requested'
      readonly type: VoteType
      readonly to: RaftId
      readonly last: EntryId
      readonly term: Term
    }
  | {
      readonly kind: 'vote-received'
      readonly type: VoteRespType
      readonly from: RaftId
      readonly granted: boolean
      readonly term: Term
    }
  | {
      readonly kind: 'votes-counted'
      readonly type: VoteRespType
      readonly granted: number
      readonly rejected: number
    }
  | {
      readonly kind: 'vote-cast' | 'vote-rejected' | 'vote-ignored'
      readonly type: VoteType
      readonly from: RaftId
      readonly last: EntryId
      readonly vote: RaftId
      readonly candidateLast: EntryId
      readonly term: Term
      /** For `vote-ignored`: how long the leader's lease still runs. */
      readonly remainingTicks: number
    }

type TermEvent = {
  readonly kind: 'term-higher' | 'term-lower' | 'append-of-lower-term'
  readonly type: MessageType
  readonly from: RaftId
  readonly messageTerm: Term
  readonly term: Term
}

type LogEvent =
  | { readonly kind: 'conflict'; readonly existing: EntryId; readonly conflictingTerm: Term }
  | { readonly kind: 'unstable-replaced' | 'unstable-truncated'; readonly index: LogIndex }
  | { readonly kind: 'stable-unknown' | 'stable-in-snapshot'; readonly index: LogIndex }
  | { readonly kind: 'stable-mismatch'; readonly told: EntryId; readonly existingTerm: Term }

type ReplicationEvent =
  | {
      readonly kind: 'append-rejected'
      readonly from: RaftId
      readonly previous: EntryId
      /** The term of the entry in our log; 0 when there is none. */
      readonly ownTerm: Term
    }
  | {
      readonly kind: 'append-refused'
      readonly from: RaftId
      readonly hint: EntryId
      readonly index: LogIndex
    }
  | {
      readonly kind:
        | 'progress-decreased'
        | 'replication-paused'
        | 'snapshot-needless'
        | 'snapshot-arrived'
        | 'snapshot-failed'
        | 'unreachable'
      readonly id: RaftId
      readonly progress: Progress
    }
  | { readonly kind: 'no-progress'; readonly id: RaftId }

type SnapshotEvent =
  | {
      readonly kind: 'snapshot-sent'
      readonly to: RaftId
      readonly snapshot: EntryId
      readonly firstIndex: LogIndex
      readonly commit: LogIndex
      readonly progress: Progress
    }
  | {
      readonly kind: 'snapshot-not-sent'
      readonly to: RaftId
      readonly why: 'inactive' | 'pending'
    }
  | {
      readonly kind: 'log-restoring'
      readonly snapshot: EntryId
      readonly log: {
        readonly committed: LogIndex
        readonly applied: LogIndex
        readonly applying: LogIndex
        readonly offset: LogIndex
        readonly offsetInProgress: LogIndex
        readonly unstableCount: number
      }
    }
  | {
      readonly kind: 'snapshot-restored' | 'snapshot-fast-forwarded'
      readonly snapshot: EntryId
      readonly last: EntryId
      readonly commit: LogIndex
    }
  | {
      readonly kind: 'snapshot-accepted' | 'snapshot-ignored'
      readonly snapshot: EntryId
      readonly commit: LogIndex
    }
  | { readonly kind: 'snapshot-not-for-us'; readonly metadata: SnapshotMetadata }

type MembershipEvent =
  | {
      readonly kind: 'started'
      readonly peers: readonly RaftId[]
      readonly term: Term
      readonly commit: LogIndex
      readonly applied: LogIndex
      readonly last: EntryId
    }
  | { readonly kind: 'config-switched' | 'leaving-joint'; readonly config: GroupConfig }
  | {
      readonly kind: 'conf-change-ignored'
      readonly change: ConfChange | ConfChangeV2
      readonly config: GroupConfig
      readonly why: 'pending' | 'must-leave-joint' | 'not-joint'
      readonly pendingIndex: LogIndex
      readonly applied: LogIndex
    }
  | { readonly kind: 'conf-change-malformed'; readonly error: unknown }

type LeadershipEvent =
  | { readonly kind: 'quorum-lost' }
  | { readonly kind: 'leader-forgotten'; readonly leader: RaftId; readonly term: Term }
  | { readonly kind: 'forget-refused' }
  | { readonly kind: 'peer-down'; readonly id: RaftId; readonly campaignInTicks: number }
  | {
      readonly kind:
        | 'transfer-started'
        | 'transfer-aborted'
        | 'transfer-repeated'
        | 'transfer-now'
        | 'transfer-caught-up'
        | 'timeout-now-received'
        | 'transfer-without-leader'
        | 'transfer-to-learner'
      readonly id: RaftId
      readonly term: Term
    }
