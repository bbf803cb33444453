import { GrpcCode, KvError } from '../../base/index.ts'

/** etcd's errors that the state itself can answer with: code and text as on the wire. */
export const stateErrors = {
  compacted: () =>
    new KvError(GrpcCode.outOfRange, 'etcdserver: mvcc: required revision has been compacted'),
  futureRevision: () =>
    new KvError(GrpcCode.outOfRange, 'etcdserver: mvcc: required revision is a future revision'),
  noSpace: () =>
    new KvError(GrpcCode.resourceExhausted, 'etcdserver: mvcc: database space exceeded'),
  corrupt: () => new KvError(GrpcCode.dataLoss, 'etcdserver: corrupt cluster'),
  keyNotFound: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: key not found'),
  leaseNotFound: () => new KvError(GrpcCode.notFound, 'etcdserver: requested lease not found'),
  leaseExists: () => new KvError(GrpcCode.failedPrecondition, 'etcdserver: lease already exists'),
} as const
