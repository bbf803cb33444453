import { GrpcCode, KvError } from '../../base/index.ts'

/** This member was removed from the cluster: it may not come back, and its folder is worth nothing. */
export class MemberRemovedError extends Error {
  override readonly name = 'MemberRemovedError'

  constructor() {
    super('the member has been permanently removed from the cluster')
  }
}

const unavailable = (text: string) => () => new KvError(GrpcCode.unavailable, `etcdserver: ${text}`)
const precondition = (text: string) => () =>
  new KvError(GrpcCode.failedPrecondition, `etcdserver: ${text}`)

/** What a member's waits end with, in etcd's codes and texts. */
export const memberErrors = {
  noLeader: unavailable('no leader'),
  stopped: unavailable('server stopped'),
  /** Not etcd's text: there a member on a full disk is gone without a word. */
  diskFull: unavailable('server stopped: its disk is full'),
  timeout: unavailable('request timed out'),
  timeoutLeaderFailed: unavailable('request timed out, possibly due to previous leader failure'),
  timeoutConnectionLost: unavailable('request timed out, possibly due to connection lost'),
  timeoutLeaderTransfer: unavailable('request timed out, leader transfer took too long'),
  notLeader: precondition('not leader'),
  badTransferee: precondition('bad leader transferee'),
  tooManyRequests: () => new KvError(GrpcCode.resourceExhausted, 'etcdserver: too many requests'),
  tooLarge: () => new KvError(GrpcCode.invalidArgument, 'etcdserver: request is too large'),
  canceled: (signal: AbortSignal) =>
    signal.reason instanceof KvError
      ? signal.reason
      : new KvError(GrpcCode.canceled, 'etcdserver: request canceled', { cause: signal.reason }),
}
