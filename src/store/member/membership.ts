import { type ConfState, emptyConfState, type LogIndex } from '../../raft/index.ts'
import type { ClusterMember } from '../member-types.ts'

/** Who the members are, and their roles, as of an index of the log. */
export interface Membership {
  readonly index: LogIndex
  readonly confState: ConfState
  readonly members: readonly ClusterMember[]
}

export function initialMembership(members: readonly ClusterMember[]): Membership {
  const confState = { ...emptyConfState, voters: members.map(({ id }) => id) }
  return { index: 0, confState, members }
}

export function encodeMembership(membership: Membership): Uint8Array {
  return Buffer.from(JSON.stringify(membership))
}

/** Only for what `encodeMembership` wrote: the log and the peers are trusted. */
export function decodeMembership(bytes: Uint8Array): Membership {
  const membership: Membership = JSON.parse(Buffer.from(bytes).toString())
  return membership
}
