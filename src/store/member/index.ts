export { MemberDelays } from './delays.ts'
export { MemberRemovedError, memberErrors } from './errors.ts'
export {
  ClusterConfigError,
  type ClusterIdentity,
  clusterIdentity,
  decodeKnown,
  type InitialCluster,
  type InitialMember,
  joinedIdentity,
  type KnownCluster,
  memberNamed,
  newMemberId,
  storedIdentity,
} from './identity.ts'
export { openMember, type RaftMember } from './member.ts'
export { type LogLimits, type MemberOptions, type MemberTiming, TIMING_DEFAULT } from './options.ts'
export { DataFolderError } from './recover.ts'
