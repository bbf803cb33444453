import { assertNever, type MemberId } from '../../base/index.ts'
import type { ConfChange } from '../../raft/index.ts'
import type { ClusterMember } from '../member-types.ts'
import { membershipErrors } from './errors.ts'
import { type Membership, sortedById } from './membership.ts'

/** One change of the members, as it is replicated. */
export type MemberChange =
  | {
      readonly kind: 'add'
      readonly id: MemberId
      readonly peerUrls: readonly string[]
      readonly isLearner: boolean
      /** The proposer's `--max-learners`. */
      readonly learnersMax: number
    }
  | { readonly kind: 'promote'; readonly id: MemberId }
  | { readonly kind: 'update'; readonly id: MemberId; readonly peerUrls: readonly string[] }
  | { readonly kind: 'remove'; readonly id: MemberId }

/** What a member tells of itself at each start. */
export interface MemberAttributes {
  readonly id: MemberId
  readonly name: string
  readonly clientUrls: readonly string[]
}

/** Tells a change's payload: such a payload goes into Raft as a change of its group. */
export const MEMBER_CHANGE_TAG = 9
/** The payload's first byte: the tag, and that it comes in the name of this process. */
const FIRST_BYTE = MEMBER_CHANGE_TAG | 0x80

export function encodeMemberChange(change: MemberChange): Uint8Array {
  return Buffer.concat([Uint8Array.of(FIRST_BYTE), Buffer.from(JSON.stringify(change))])
}

/** Whether a payload, which begins at `start`, is one that `encodeMemberChange` wrote. */
export function isMemberChange(bytes: Uint8Array, start = 0): boolean {
  return bytes[start] === FIRST_BYTE
}

/** Only for what `encodeMemberChange` wrote. */
export function decodeMemberChange(payload: Uint8Array): MemberChange {
  return JSON.parse(Buffer.from(payload).subarray(1).toString())
}

const RAFT_TYPES = {
  promote: 'add-node',
  update: 'update-node',
  remove: 'remove-node',
} as const

/** What the change is for Raft; `context` travels with it. */
export function confChangeOf(change: MemberChange, context: Uint8Array): ConfChange {
  const { id: nodeId } = change
  if (change.kind !== 'add') return { type: RAFT_TYPES[change.kind], nodeId, context }
  return { type: change.isLearner ? 'add-learner-node' : 'add-node', nodeId, context }
}

/** The members after a change. Throws etcd's error for one that may not be made. */
export function changeMembers(membership: Membership, change: MemberChange): Membership {
  const { members, removed } = membership
  const { id } = change
  // etcd has no answer of its own for members that were removed before.
  if (removed.includes(id)) throw membershipErrors.notFound()
  const known = members.find((each) => each.id === id)
  if (change.kind === 'add') return addMember(membership, change, known)
  if (!known) throw membershipErrors.notFound()
  switch (change.kind) {
    case 'promote':
      if (!known.isLearner) throw membershipErrors.notLearner()
      return replaceMember(membership, { ...known, isLearner: false })
    case 'update':
      checkUrlsFree(members, change)
      return replaceMember(membership, { ...known, peerUrls: change.peerUrls })
    case 'remove':
      if (isLastVoter(members, known)) throw membershipErrors.notEnoughStarted()
      return { members: members.filter((each) => each !== known), removed: [...removed, id] }
    default:
      return assertNever(change)
  }
}

/** The members once one has told its name and where its clients find it. */
export function noteAttributes(membership: Membership, given: MemberAttributes): Membership {
  const { id, name, clientUrls } = given
  const known = membership.members.find((each) => each.id === id)
  return known ? replaceMember(membership, { ...known, name, clientUrls }) : membership
}

function addMember(
  { members, removed }: Membership,
  change: MemberChange & { kind: 'add' },
  known: ClusterMember | undefined,
): Membership {
  if (known) throw membershipErrors.memberExists()
  checkUrlsFree(members, change)
  const { id, peerUrls, isLearner } = change
  const learners = members.filter((each) => each.isLearner).length
  if (isLearner && learners >= change.learnersMax) throw membershipErrors.tooManyLearners()
  const added: ClusterMember = { id, name: '', peerUrls, clientUrls: [], isLearner }
  return { members: sortedById([...members, added]), removed }
}

/** Without a voter nothing would ever be decided again. */
function isLastVoter(members: readonly ClusterMember[], member: ClusterMember): boolean {
  return !member.isLearner && !members.some((each) => each !== member && !each.isLearner)
}

function checkUrlsFree(
  members: readonly ClusterMember[],
  { id, peerUrls }: { id: MemberId; peerUrls: readonly string[] },
): void {
  for (const other of members) {
    if (other.id === id) continue
    if (peerUrls.some((url) => other.peerUrls.includes(url))) throw membershipErrors.peerUrlExists()
  }
}

function replaceMember({ members, removed }: Membership, changed: ClusterMember): Membership {
  return { members: members.map((each) => (each.id === changed.id ? changed : each)), removed }
}
