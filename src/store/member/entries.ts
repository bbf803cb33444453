import type { MemberId } from '../../base/index.ts'
import { encodeConfChange, type Entry } from '../../raft/index.ts'
import {
  confChangeOf,
  decodeMemberChange,
  isMemberChange as isMemberChangeAt,
} from '../membership/index.ts'
import { CORRELATION_BYTES } from './correlation.ts'

/** Whether a proposal (its correlation in front) changes the members. */
export function isMemberChange(data: Uint8Array): boolean {
  return isMemberChangeAt(data, CORRELATION_BYTES)
}

/** Whom a change of the members removes. */
export function removedBy(data: Uint8Array): MemberId | undefined {
  const change = decodeMemberChange(data.subarray(CORRELATION_BYTES))
  return change.kind === 'remove' ? change.id : undefined
}

/** The log entry that a proposal becomes: a change of the members is one of Raft's group as well. */
export function entryOf(data: Uint8Array): Pick<Entry, 'type' | 'data'> {
  if (!isMemberChange(data)) return { type: 'normal', data }
  const change = decodeMemberChange(data.subarray(CORRELATION_BYTES))
  return encodeConfChange(confChangeOf(change, data))
}
