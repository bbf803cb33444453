import type { ConfChange, ConfChangeV2 } from './conf-change.ts'
import type { RaftConfig } from './config.ts'
import type { ProposalResult, RaftStatus, Ready } from './ready.ts'
import type { ConfState, Message, RaftId } from './types.ts'

/**
 * One member's consensus as a synchronous state machine: inputs in, `Ready` out. Single-threaded;
 * bytes handed in are owned by it afterwards.
 */
export declare class RawNode {
  constructor(config: RaftConfig)
  /** Time passes: called by the owner at its tick interval. */
  tick(): void
  /** A message from a peer, or the answer of a storage thread. Stale or unknown ones are ignored. */
  step(message: Message): void
  /** Starts an election now. */
  campaign(): void
  propose(data: Uint8Array): ProposalResult
  /** Several entries at once, replicated in one message; all are taken or none. */
  proposeAll(data: readonly Uint8Array[]): ProposalResult
  /** Refused changes become empty entries in the log, as in etcd. */
  proposeConfChange(change: ConfChange | ConfChangeV2): ProposalResult
  /**
   * Called when a committed `conf-change` or `conf-change-v2` entry is applied. The owner keeps the
   * result with its snapshots. Throws `ConfChangeError` for a change that cannot be made.
   */
  applyConfChange(change: ConfChange | ConfChangeV2): ConfState
  /** Asks for a `ReadState` with this context, unique among outstanding ones. */
  readIndex(context: Uint8Array): void
  /** Hands leadership over; forwarded when this member does not lead. */
  transferLeadership(to: RaftId): void
  /** A follower forgets its leader, so that it may grant pre-votes. */
  forgetLeader(): void
  /** The last message to `id` was not delivered. */
  reportUnreachable(id: RaftId): void
  /** Whether the snapshot sent to `id` arrived. Must follow every `snap` message. */
  reportSnapshot(id: RaftId, arrived: boolean): void
  /** The connection to `id` broke just now: if it leads, an election may start at once. */
  peerDown(id: RaftId): void
  /** The connection to `id` stands again. */
  peerUp(id: RaftId): void
  /** Whether `ready` has anything to say. */
  hasReady(): boolean
  /** What is to be done. In classic mode followed by `advance` before the next `ready`. */
  ready(): Ready
  /** The last `Ready` is done. Classic mode only. */
  advance(): void
  status(): RaftStatus
}
