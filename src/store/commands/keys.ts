import { etcdserverpb as pb } from '../../gen/etcd.js'
import { checkAlarms, txnBytes } from '../alarms/index.ts'
import { deleteRange, put, txn } from '../mvcc/index.ts'
import { decodePut, Tag } from '../payload.ts'
import type { Command } from './command.ts'

/** Commands about keys. */
export const keyCommands = {
  [Tag.put]: (payload, { mvcc, leaseExists, admission, alarms, who }) => {
    checkAlarms(alarms, { grows: true })
    const request = decodePut(payload, 1)
    admission.put(who, request)
    return put(mvcc, request, leaseExists)
  },
  [Tag.deleteRange]: (payload, { mvcc, admission, alarms, who }) => {
    checkAlarms(alarms, { grows: false })
    const request = pb.DeleteRangeRequest.decode(payload.subarray(1))
    admission.deleteRange(who, request)
    return { kind: 'delete-range', ...deleteRange(mvcc, request) }
  },
  [Tag.txn]: (payload, { mvcc, leaseExists, admission, alarms, who }) => {
    const request = pb.TxnRequest.decode(payload.subarray(1))
    checkAlarms(alarms, { grows: txnBytes(request) > 0 })
    admission.txn(who, request)
    return { kind: 'txn', ...txn(mvcc, request, leaseExists) }
  },
  [Tag.compact]: (payload, { mvcc, alarms, onCompaction }) => {
    checkAlarms(alarms, { grows: false })
    mvcc.compact(pb.CompactionRequest.decode(payload.subarray(1)).revision)
    onCompaction()
    return { kind: 'compact', revision: mvcc.revision }
  },
} satisfies Partial<Record<Tag, Command>>
