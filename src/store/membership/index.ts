export { membershipErrors } from './errors.ts'
export { CLUSTER_VERSION_TEXT, MemberBook, MembersReader } from './member-book.ts'
export {
  changeMembers,
  confChangeOf,
  decodeMemberChange,
  encodeMemberChange,
  isMemberChange,
  MEMBER_CHANGE_TAG,
  type MemberAttributes,
  type MemberChange,
  noteAttributes,
} from './member-change.ts'
export {
  confStateOf,
  decodeMembership,
  encodeMembership,
  initialMembership,
  isStarted,
  type Membership,
  votersOf,
} from './membership.ts'
