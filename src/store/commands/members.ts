import { changeMembers, decodeMemberChange, noteAttributes } from '../membership/index.ts'
import { Tag } from '../payload.ts'
import type { Command, CommandContext, Outcome } from './command.ts'

/** Commands about members. Raft follows what is applied here. */
export const memberCommands = {
  [Tag.memberChange]: (payload, on) =>
    apply(on, (membership) => changeMembers(membership, decodeMemberChange(payload))),

  [Tag.memberAttributes]: (payload, on) => {
    const attributes = JSON.parse(Buffer.from(payload).subarray(1).toString())
    return apply(on, (membership) => noteAttributes(membership, attributes))
  },
} satisfies Partial<Record<Tag, Command>>

type Membership = NonNullable<CommandContext['members']['current']>

function apply(
  { members, mvcc }: CommandContext,
  change: (membership: Membership) => Membership,
): Outcome {
  const { current } = members
  if (current) {
    const next = change(current)
    if (next !== current) members.set(next)
  }
  return { kind: 'members', revision: mvcc.revision }
}
