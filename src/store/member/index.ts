export { memberErrors } from './errors.ts'
export {
  ClusterConfigError,
  type ClusterIdentity,
  clusterIdentity,
  type InitialCluster,
  type InitialMember,
  memberNamed,
} from './identity.ts'
export { openMember, type RaftMember } from './member.ts'
export {
  encodeMembership,
  initialMembership,
  type Membership,
} from './membership.ts'
export { type LogLimits, type MemberOptions, type MemberTiming, TIMING_DEFAULT } from './options.ts'
export { DataFolderError } from './recover.ts'
