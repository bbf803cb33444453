import type { Message, MessageType, RaftId } from './types.ts'

/** Where `storage-append` messages go: the owner's disk. No member has these ids. */
export const APPEND_THREAD: RaftId = Number.MAX_SAFE_INTEGER
/** Where `storage-apply` messages go: the owner's state machine. */
export const APPLY_THREAD: RaftId = Number.MAX_SAFE_INTEGER - 1

const NO_BYTES = new Uint8Array(0)

/** A message with every absent field at its zero. */
export function message(fields: Partial<Message> & { type: MessageType }): Message {
  return {
    to: 0,
    from: 0,
    term: 0,
    logTerm: 0,
    index: 0,
    entries: [],
    commit: 0,
    vote: 0,
    reject: false,
    rejectHint: 0,
    context: NO_BYTES,
    responses: [],
    ...fields,
  }
}
