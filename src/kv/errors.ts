import { GrpcCode, KvError } from '../base/index.ts'

/** etcd's errors that more than one backend has to make itself. */
export const kvErrors = {
  emptyKey: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: key is not provided'),
  tooLarge: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: request is too large'),
  leaseNotFound: () => new KvError(GrpcCode.notFound, 'etcdserver: requested lease not found'),
  leaseTtlTooLarge: () => new KvError(GrpcCode.outOfRange, 'etcdserver: too large lease TTL'),
  compacted: () =>
    new KvError(GrpcCode.outOfRange, 'etcdserver: mvcc: required revision has been compacted'),
  futureRevision: () =>
    new KvError(GrpcCode.outOfRange, 'etcdserver: mvcc: required revision is a future revision'),
  stopped: () => new KvError(GrpcCode.unavailable, 'etcdserver: server stopped'),
  slowWatcher: () =>
    new KvError(GrpcCode.resourceExhausted, 'kv: the watch was not read fast enough; watch again'),
}

/** The compaction error by its text, which every backend hands through. */
export function isCompacted(error: unknown): error is KvError {
  return (
    error instanceof KvError &&
    error.code === GrpcCode.outOfRange &&
    /compacted/.test(error.message)
  )
}
