import type { MemberId } from '../base/index.ts'
import type { LogIndex, RaftId, Role, Term } from '../raft/index.ts'

export interface ClusterMember {
  readonly id: MemberId
  readonly name: string
  readonly peerUrls: readonly string[]
  readonly clientUrls: readonly string[]
  readonly isLearner: boolean
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

/**
 * One member of the group as the etcd layer sees it: replicates opaque payloads. All waits end with
 * `KvError`: `unavailable` "etcdserver: no leader", "etcdserver: request timed out" (and its kin),
 * "etcdserver: server stopped", in etcd's texts.
 */
export interface Member<Outcome> {
  /** Resolves with this member's own outcome once the payload is committed and applied here. */
  propose(payload: Uint8Array, options: { signal: AbortSignal }): Promise<Outcome>
  /** Resolves once this member has applied all that was acknowledged before the call (read index). */
  linearize(options: { signal: AbortSignal }): Promise<void>
  status(): MemberStatus
  members(): readonly ClusterMember[]
  transferLeadership(to: MemberId, options: { signal: AbortSignal }): Promise<void>
  /** Called on each change of leader or term, until the returned function is called. */
  onLeadership(listener: (status: MemberStatus) => void): () => void
  stop(): Promise<void>
}
