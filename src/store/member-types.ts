import type { MemberId } from '../base/index.ts'
import type { MemberChange } from './membership/index.ts'
import type { LogIndex, RaftId, Role, Term } from '../raft/index.ts'

export interface ClusterMember {
  readonly id: MemberId
  readonly name: string
  readonly peerUrls: readonly string[]
  readonly clientUrls: readonly string[]
  readonly isLearner: boolean
}

export interface MemberProgress {
  /** The last entry that is known to be durable there. */
  readonly match: LogIndex
  /** It was heard of lately. */
  readonly isActive: boolean
}

export interface MemberStatus {
  readonly clusterId: bigint
  readonly id: MemberId
  readonly name: string
  readonly role: Role | 'learner'
  readonly leader: RaftId
  readonly term: Term
  readonly commitIndex: LogIndex
  readonly appliedIndex: LogIndex
}

/** Who waits. */
export interface Waiting {
  readonly signal: AbortSignal
  /**
   * What comes after the signal is dropped by who waits: it need not be listened to, nor even made.
   * Default false.
   */
  readonly forgets?: boolean
}

/**
 * One member of the group as the etcd layer sees it: replicates opaque payloads. All waits end with
 * `KvError`: `unavailable` "etcdserver: no leader", "etcdserver: request timed out" (and its kin),
 * "etcdserver: server stopped", in etcd's texts.
 */
export interface Member<Outcome> {
  /** Resolves with this member's own outcome once the payload, put together, is applied here. */
  propose(payload: readonly Uint8Array[], options: Waiting): Promise<Outcome>
  /** Resolves once this member has applied all that was acknowledged before the call (read index). */
  linearize(options: Waiting): Promise<void>
  status(): MemberStatus
  members(): readonly ClusterMember[]
  /** Resolves as `propose` does, once the change is made or refused. One at a time in the group. */
  changeMembers(change: MemberChange, options: { signal: AbortSignal }): Promise<Outcome>
  /** For how long the connection to a member has stood; undefined when it does not. */
  upForMs(id: MemberId): number | undefined
  /** As the leader: how far each member's log is. Undefined when it does not lead. */
  progress(): ReadonlyMap<MemberId, MemberProgress> | undefined
  /** Asks another member beside Raft; ends as `propose` does when there is no answer. */
  ask(
    question: { to: MemberId; topic: string; body: Uint8Array },
    options: { signal: AbortSignal },
  ): Promise<Uint8Array>
  /** Answers such questions of a topic. */
  answer(topic: string, handler: (body: Uint8Array) => Promise<Uint8Array> | Uint8Array): void
  transferLeadership(to: MemberId, options: { signal: AbortSignal }): Promise<void>
  /** Called on each change of leader or term, until the returned function is called. */
  onLeadership(listener: (status: MemberStatus) => void): () => void
  /** Tries to make the log's next piece, when that failed before. */
  diskHasRoom(): Promise<boolean>
  stop(): Promise<void>
}
