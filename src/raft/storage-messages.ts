import { APPEND_THREAD, APPLY_THREAD, message } from './message.ts'
import type { Raft } from './raft.ts'
import type { Ready } from './ready.ts'
import type { Entry, Message } from './types.ts'

/** What a `Ready` asks to write: the part of it that asynchronous writes concern. */
type Write = Pick<Ready, 'entries' | 'hardState' | 'snapshot'>

/** Asynchronous writes: everything to be made durable, and what may leave once it is. */
export function appendMessage(raft: Raft, write: Write): Message | undefined {
  const { entries, hardState, snapshot } = write
  const waiting = raft.messagesAfterAppend
  if (entries.length === 0 && !hardState && !snapshot && waiting.length === 0) return undefined
  const response = appendResponse(raft, write)
  return message({
    type: 'storage-append',
    to: APPEND_THREAD,
    from: raft.id,
    entries,
    ...hardState,
    ...(snapshot && { snapshot }),
    responses: response ? [...waiting, response] : waiting,
  })
}

/**
 * Tells Raft that the log is durable up to its present end: attested by this term, as another
 * leader may replace the end of the log before the write is done.
 */
export function appendResponse(raft: Raft, { snapshot }: Write): Message | undefined {
  // Not only for new entries: an earlier write of the same end may have been told of in an older
  // term, and then did not count.
  const hasUnstable = raft.log.unstable.entries.length > 0
  if (!hasUnstable && !snapshot) return undefined
  const last = hasUnstable ? raft.log.last() : { index: 0, term: 0 }
  return message({
    type: 'storage-append-resp',
    to: raft.id,
    from: APPEND_THREAD,
    term: raft.term,
    index: last.index,
    logTerm: last.term,
    ...(snapshot && { snapshot }),
  })
}

/** Asynchronous writes: committed entries to be applied. */
export function applyMessage(raft: Raft, committed: readonly Entry[]): Message | undefined {
  const response = applyResponse(raft, committed)
  if (!response) return undefined
  return message({
    type: 'storage-apply',
    to: APPLY_THREAD,
    from: raft.id,
    entries: committed,
    responses: [response],
  })
}

/** Tells Raft that entries are applied. */
export function applyResponse(raft: Raft, committed: readonly Entry[]): Message | undefined {
  if (committed.length === 0) return undefined
  return message({
    type: 'storage-apply-resp',
    to: raft.id,
    from: APPLY_THREAD,
    entries: committed,
  })
}
