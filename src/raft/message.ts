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

/** Whether an id stands for a storage thread of the owner rather than for a member. */
export function isLocalTarget(id: RaftId): boolean {
  return id === APPEND_THREAD || id === APPLY_THREAD
}

/** Messages that never come from another member. */
export function isLocalType(type: MessageType): boolean {
  return LOCAL.has(type)
}

/** Answers: ignored when they come from somebody who is no member any more. */
export function isResponse(type: MessageType): boolean {
  return RESPONSES.has(type)
}

const LOCAL: ReadonlySet<MessageType> = new Set<MessageType>([
  'hup',
  'beat',
  'unreachable',
  'snap-status',
  'check-quorum',
  'storage-append',
  'storage-append-resp',
  'storage-apply',
  'storage-apply-resp',
])

const RESPONSES: ReadonlySet<MessageType> = new Set<MessageType>([
  'app-resp',
  'vote-resp',
  'heartbeat-resp',
  'unreachable',
  'read-index-resp',
  'pre-vote-resp',
  'storage-append-resp',
  'storage-apply-resp',
])
