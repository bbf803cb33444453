/** Raft's vocabulary. Field names follow the paper and etcd's raftpb where those name a thing. */

declare const term: unique symbol
declare const index: unique symbol
/** An election term, from 1; 0 before any election. Below 2^53. */
export type Term = number & { readonly [term]?: true }
/** A position in the log, from 1; 0 before any entry. Below 2^53. */
export type LogIndex = number & { readonly [index]?: true }
/** A member of the group. 0 means nobody. */
export type RaftId = number

export type EntryType = 'normal' | 'conf-change' | 'conf-change-v2'

export interface Entry {
  readonly term: Term
  readonly index: LogIndex
  readonly type: EntryType
  /** Owned by the log once appended: nobody changes these bytes. Empty for a new leader's no-op. */
  readonly data: Uint8Array
}

/** What must be on disk before messages that depend on it leave (Raft §5.1, figure 2). */
export interface HardState {
  readonly term: Term
  /** Whom this member voted for in `term`; 0 for nobody. */
  readonly vote: RaftId
  readonly commit: LogIndex
}

export interface ConfState {
  readonly voters: readonly RaftId[]
  readonly learners: readonly RaftId[]
  /** Non-empty while in a joint configuration (Raft §6): the outgoing voters. */
  readonly votersOutgoing: readonly RaftId[]
  readonly learnersNext: readonly RaftId[]
  readonly autoLeave: boolean
}

export interface SnapshotMetadata {
  readonly confState: ConfState
  readonly index: LogIndex
  readonly term: Term
}

export interface Snapshot {
  readonly metadata: SnapshotMetadata
  /** Opaque to Raft: the store puts a descriptor here, the state itself travels beside. */
  readonly data: Uint8Array
}

export type MessageType =
  | 'hup'
  | 'beat'
  | 'prop'
  | 'app'
  | 'app-resp'
  | 'vote'
  | 'vote-resp'
  | 'snap'
  | 'heartbeat'
  | 'heartbeat-resp'
  | 'unreachable'
  | 'snap-status'
  | 'check-quorum'
  | 'transfer-leader'
  | 'timeout-now'
  | 'read-index'
  | 'read-index-resp'
  | 'pre-vote'
  | 'pre-vote-resp'
  | 'storage-append'
  | 'storage-append-resp'
  | 'storage-apply'
  | 'storage-apply-resp'
  | 'forget-leader'

/** One message between members, or a local one (`from === to`). Absent numbers are 0. */
export interface Message {
  readonly type: MessageType
  readonly to: RaftId
  readonly from: RaftId
  readonly term: Term
  /** Term of the entry at `index`, for `app` (the log-matching check). */
  readonly logTerm: Term
  readonly index: LogIndex
  readonly entries: readonly Entry[]
  readonly commit: LogIndex
  /** For `storage-append`: the vote to persist. */
  readonly vote: RaftId
  readonly snapshot?: Snapshot
  readonly reject: boolean
  /** For a rejected `app`: where the follower's log may match (fast back-up, Raft §5.3). */
  readonly rejectHint: LogIndex
  /** Opaque bytes: the read-index context; `campaign-transfer` for a transferred vote. */
  readonly context: Uint8Array
  /** Messages to deliver after a `storage-append` or `storage-apply` is done. */
  readonly responses: readonly Message[]
}

export type Role = 'leader' | 'follower' | 'candidate' | 'pre-candidate'

export interface SoftState {
  readonly leader: RaftId
  readonly role: Role
}

/** A linearizable read may be served once `index` is applied (Raft §6.4, dissertation). */
export interface ReadState {
  readonly index: LogIndex
  readonly context: Uint8Array
}

/** The part of the log and state that is durable. Synchronous: the owner keeps it in memory. */
export interface RaftStorage {
  initialState(): { hardState: HardState; confState: ConfState }
  /**
   * Entries in [low, high), at least one, cut at about `maxBytes` of data.
   * Throws `CompactedError` below the first index, `UnavailableError` above the last.
   */
  entries(low: LogIndex, high: LogIndex, maxBytes: number): readonly Entry[]
  /** Term of an entry; also known for the index just before the first (the snapshot's). */
  term(index: LogIndex): Term
  firstIndex(): LogIndex
  lastIndex(): LogIndex
  /** The newest snapshot; throws `SnapshotTemporarilyUnavailableError` while one is prepared. */
  snapshot(): Snapshot
}
