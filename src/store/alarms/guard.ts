import type { etcdserverpb as pb } from '../../gen/etcd.js'
import type { PutRequest, TxnRequest } from '../etcd-api.ts'
import { stateErrors } from '../mvcc/index.ts'
import { type AlarmBook, AlarmType } from './alarm-book.ts'

/** What etcd reckons for a key or lease beside its bytes. */
const OVERHEAD_BYTES = 256
export const LEASE_BYTES = 64

export function putBytes({ key, value }: PutRequest): number {
  return OVERHEAD_BYTES + (key?.length ?? 0) + (value?.length ?? 0)
}

/** What the puts of a transaction may add at most; 0 when it has none. */
export function txnBytes({ success, failure }: TxnRequest): number {
  const sum = (ops: readonly pb.RequestOp.$Properties[] | null | undefined) =>
    (ops ?? []).reduce((bytes, { requestPut, requestTxn }) => {
      return bytes + (requestPut ? putBytes(requestPut) : requestTxn ? txnBytes(requestTxn) : 0)
    }, 0)
  return Math.max(sum(success), sum(failure))
}

/** Throws etcd's error for what may not be done while an alarm is raised. */
export function checkAlarms(alarms: AlarmBook, options: { grows: boolean }): void {
  if (alarms.any(AlarmType.corrupt)) throw stateErrors.corrupt()
  if (options.grows && alarms.any(AlarmType.noSpace)) throw stateErrors.noSpace()
}
