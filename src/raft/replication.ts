import { assert, present } from '../base/index.ts'
import { payloadBytes } from './entry-size.ts'
import { SnapshotTemporarilyUnavailableError } from './errors.ts'
import type { Progress } from './progress.ts'
import type { Raft } from './raft.ts'
import type { PendingRead } from './read-only.ts'
import type { Message, RaftId, Snapshot } from './types.ts'

/** Sends everybody what it lacks, or at least the commit index. */
export function broadcastAppend(raft: Raft): void {
  for (const id of raft.membership.progress.keys()) {
    if (id !== raft.id) maybeSendAppend(raft, id, { sendIfEmpty: true })
  }
}

/**
 * Sends a member the next entries, a snapshot when those are compacted, or nothing when its flow is
 * stopped. True when something left. `sendIfEmpty`: without entries it still carries the commit index.
 */
export function maybeSendAppend(
  raft: Raft,
  to: RaftId,
  { sendIfEmpty }: { sendIfEmpty: boolean },
): boolean {
  const { log } = raft
  const progress = present(raft.membership.progress.get(to), 'the progress of a member')
  if (progress.isPaused) return false
  const previous = progress.next - 1
  const previousTerm = log.term(previous)
  if (previousTerm === undefined) return maybeSendSnapshot(raft, to, progress)
  // With a full window only the commit index may leave.
  const mayCarry = progress.state !== 'replicate' || !progress.inflights.full
  const entries = mayCarry ? log.entriesFrom(progress.next, raft.config.maxMessageBytes) : []
  if (!entries) return maybeSendSnapshot(raft, to, progress)
  if (entries.length === 0 && !sendIfEmpty) return false
  raft.send({
    type: 'app',
    to,
    index: previous,
    logTerm: previousTerm,
    entries,
    commit: log.committed,
  })
  progress.sentEntries(entries.length, payloadBytes(entries))
  progress.sentCommit = log.committed
  return true
}

/** A heartbeat to everybody, with the newest waiting read to be confirmed. */
export function broadcastHeartbeat(raft: Raft): void {
  const context = raft.readOnly.heartbeatContext()
  for (const [id, progress] of raft.membership.progress) {
    if (id === raft.id) continue
    // Not beyond what the member has: it takes the commit index without a check of its log.
    const commit = Math.min(progress.match, raft.log.committed)
    raft.send({ type: 'heartbeat', to: id, commit, context })
    progress.sentCommit = commit
  }
}

/** Dissertation §6.4: answers a read once this member knows that it still leads. */
export function serveRead(raft: Raft, request: Message): void {
  const { committed } = raft.log
  // Removed by its own change, a leader may lead a single voter that is not itself.
  const isAlone = raft.membership.isSingleton && raft.membership.isVoter(raft.id)
  if (raft.log.term(committed) !== raft.term) {
    // Before its first commit a leader does not know what was committed before it; not even when
    // it is the only voter, as the last leader may have counted more members.
    raft.pendingReads.push(request)
  } else if (isAlone) {
    respondToRead(raft, { request, index: committed })
  } else if (raft.config.readOnly === 'lease') {
    respondToRead(raft, { request, index: committed })
  } else {
    raft.readOnly.add(request, committed)
    raft.readOnly.acknowledge(raft.id, raft.readOnly.heartbeatContext())
    broadcastHeartbeat(raft)
  }
}

/** The leader committed in its term: reads that waited for that go on. */
export function releasePendingReads(raft: Raft): void {
  if (raft.pendingReads.length === 0 || raft.log.term(raft.log.committed) !== raft.term) return
  const requests = raft.pendingReads
  raft.pendingReads = []
  for (const request of requests) serveRead(raft, request)
}

/** Tells the asker, this member itself or a follower, from which index on it may read. */
export function respondToRead(raft: Raft, { request, index }: PendingRead): void {
  const { from, context } = request
  if (from === 0 || from === raft.id) raft.readStates.push({ index, context })
  else raft.send({ type: 'read-index-resp', to: from, index, context })
}

function maybeSendSnapshot(raft: Raft, to: RaftId, progress: Progress): boolean {
  if (!progress.recentActive) {
    // A snapshot is dear: not for a member that may be gone.
    raft.trace({ kind: 'snapshot-not-sent', to, why: 'inactive' })
    return false
  }
  const snapshot = availableSnapshot(raft)
  if (!snapshot) {
    raft.trace({ kind: 'snapshot-not-sent', to, why: 'pending' })
    return false
  }
  assert(snapshot.metadata.index > 0, 'raft: entries were compacted without a snapshot')
  raft.trace({
    kind: 'snapshot-sent',
    to,
    snapshot: snapshot.metadata,
    firstIndex: raft.log.firstIndex(),
    commit: raft.log.committed,
    progress,
  })
  progress.becomeSnapshot(snapshot.metadata.index)
  raft.trace({ kind: 'replication-paused', id: to, progress })
  raft.send({ type: 'snap', to, snapshot })
  return true
}

function availableSnapshot(raft: Raft): Snapshot | undefined {
  try {
    return raft.log.snapshot()
  } catch (error) {
    if (error instanceof SnapshotTemporarilyUnavailableError) return undefined
    throw error
  }
}
