import type { MemberId } from '../../base/index.ts'
import { type ConfState, emptyConfState } from '../../raft/index.ts'
import type { ClusterMember } from '../member-types.ts'

/** Who the members are. Replicated; never changed in place. */
export interface Membership {
  /** In ascending order of ids. */
  readonly members: readonly ClusterMember[]
  /** Ids that were removed, and never come back. */
  readonly removed: readonly MemberId[]
  /** This member was added to a running cluster, and has not heard of its leader yet. */
  readonly joining?: true
}

export function initialMembership(members: readonly ClusterMember[]): Membership {
  return { members: sortedById(members), removed: [] }
}

/** Who votes and who learns. One that joins learns it from the leader: until then, nobody. */
export function confStateOf({ members, joining }: Membership): ConfState {
  if (joining) return emptyConfState
  const ids = (learners: boolean) =>
    members.filter(({ isLearner }) => isLearner === learners).map(({ id }) => id)
  return { ...emptyConfState, voters: ids(false), learners: ids(true) }
}

export function votersOf({ members }: Membership): readonly ClusterMember[] {
  return members.filter(({ isLearner }) => !isLearner)
}

/** etcd's: a member has told its name once it has started. */
export function isStarted({ name }: ClusterMember): boolean {
  return name !== ''
}

export function sortedById(members: readonly ClusterMember[]): ClusterMember[] {
  return [...members].sort((a, b) => a.id - b.id)
}

export function encodeMembership(membership: Membership): Uint8Array {
  return Buffer.from(JSON.stringify(membership))
}

/** Only for what `encodeMembership` wrote: the log and the peers are trusted. */
export function decodeMembership(bytes: Uint8Array): Membership {
  const { members, removed, joining }: Partial<Membership> = JSON.parse(
    Buffer.from(bytes).toString(),
  )
  return { members: members ?? [], removed: removed ?? [], ...(joining && { joining }) }
}
