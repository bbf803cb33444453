import { GrpcCode, KvError } from '../../base/index.ts'

const precondition = (text: string) => () =>
  new KvError(GrpcCode.failedPrecondition, `etcdserver: ${text}`)

/** etcd's refusals of changes of the members: code and text as on the wire. */
export const membershipErrors = {
  memberExists: precondition('member ID already exist'),
  peerUrlExists: precondition('Peer URLs already exists'),
  notEnoughStarted: precondition('re-configuration failed due to not enough started members'),
  badUrls: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: given member URLs are invalid'),
  notFound: () => new KvError(GrpcCode.notFound, 'etcdserver: member not found'),
  notLearner: precondition('can only promote a learner member'),
  learnerNotReady: precondition('can only promote a learner member which is in sync with leader'),
  tooManyLearners: precondition('too many learner members in cluster'),
  unhealthy: () => new KvError(GrpcCode.unavailable, 'etcdserver: unhealthy cluster'),
} as const
