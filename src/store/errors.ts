import { GrpcCode, KvError } from '../base/index.ts'
import { stateErrors } from './mvcc/index.ts'

/** etcd's errors that the API answers with: code and text as on the wire. */
export const etcdErrors = {
  ...stateErrors,
  emptyKey: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: key is not provided'),
  valueProvided: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: value is provided'),
  leaseProvided: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: lease is provided'),
  tooManyOps: () =>
    new KvError(GrpcCode.invalidArgument, 'etcdserver: too many operations in txn request'),
  duplicateKey: () =>
    new KvError(GrpcCode.invalidArgument, 'etcdserver: duplicate key given in txn request'),
  invalidSortOption: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: invalid sort option'),
  requestTooLarge: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: request is too large'),
  leaseTtlTooLarge: () => new KvError(GrpcCode.outOfRange, 'etcdserver: too large lease TTL'),
  notLeader: () => new KvError(GrpcCode.failedPrecondition, 'etcdserver: not leader'),
  badLeaderTransferee: () =>
    new KvError(GrpcCode.failedPrecondition, 'etcdserver: bad leader transferee'),
  noLeader: () => new KvError(GrpcCode.unavailable, 'etcdserver: no leader'),
  wrongDowngradeVersion: () =>
    new KvError(GrpcCode.invalidArgument, 'etcdserver: wrong downgrade target version format'),
  invalidDowngradeVersion: () =>
    new KvError(GrpcCode.invalidArgument, 'etcdserver: invalid downgrade target version'),
  noInflightDowngrade: () =>
    new KvError(GrpcCode.failedPrecondition, 'etcdserver: no inflight downgrade job'),
  stopped: () => new KvError(GrpcCode.unavailable, 'etcdserver: server stopped'),
} as const
