import type { Progress } from './progress.ts'
import type { Raft } from './raft.ts'
import type { StepResult } from './ready.ts'
import {
  broadcastAppend,
  maybeSendAppend,
  releasePendingReads,
  respondToRead,
} from './replication.ts'
import type { Message } from './types.ts'

/** What a leader does with news of, or from, one member. */
export function stepMemberMessage(raft: Raft, m: Message): StepResult {
  const progress = raft.membership.progress.get(m.from)
  if (!progress) {
    raft.trace({ kind: 'no-progress', id: m.from })
    return 'accepted'
  }
  switch (m.type) {
    case 'app-resp':
      progress.recentActive = true
      if (m.reject) appendRefused(raft, m, progress)
      else appendAcknowledged(raft, m, progress)
      break
    case 'heartbeat-resp':
      heartbeatAnswered(raft, m, progress)
      break
    case 'snap-status':
      snapshotReported(raft, m, progress)
      break
    case 'unreachable':
      // The optimistic pipeline is probably lost; find out where it broke.
      if (progress.state === 'replicate') progress.becomeProbe()
      raft.trace({ kind: 'unreachable', id: m.from, progress })
      break
    case 'transfer-leader':
      transferLeadership(raft, m, progress)
      break
    default:
  }
  return 'accepted'
}

/** Raft §5.3: backs up to where the logs may match. */
function appendRefused(raft: Raft, m: Message, progress: Progress): void {
  const hint = { index: m.rejectHint, term: m.logTerm }
  raft.trace({ kind: 'append-refused', from: m.from, hint, index: m.index })
  // The hint is the follower's last entry of at most the term we named. Entries of ours with a
  // higher term than that cannot match either: both sides together skip a term per round trip.
  const probe =
    m.logTerm > 0 ? raft.log.findConflictByTerm(m.rejectHint, m.logTerm).index : m.rejectHint
  if (!progress.maybeDecreaseTo(m.index, probe)) return
  raft.trace({ kind: 'progress-decreased', id: m.from, progress })
  if (progress.state === 'replicate') progress.becomeProbe()
  maybeSendAppend(raft, m.from, { sendIfEmpty: true })
}

function appendAcknowledged(raft: Raft, m: Message, progress: Progress): void {
  const matchedWhileProbing = progress.match === m.index && progress.state === 'probe'
  if (!progress.maybeUpdate(m.index) && !matchedWhileProbing) return
  if (progress.state === 'probe') {
    progress.becomeReplicate()
  } else if (progress.state === 'replicate') {
    progress.inflights.freeTo(m.index)
  } else if (progress.match + 1 >= raft.log.firstIndex()) {
    // It caught up by other means than our snapshot; entries from there on are still in the log.
    raft.trace({ kind: 'snapshot-needless', id: m.from, progress })
    progress.becomeProbe()
    progress.becomeReplicate()
  }
  const isSelf = m.from === raft.id
  if (raft.maybeCommit()) {
    releasePendingReads(raft)
    broadcastAppend(raft)
  } else if (!isSelf && progress.canBumpCommit(raft.log.committed)) {
    maybeSendAppend(raft, m.from, { sendIfEmpty: true })
  }
  if (isSelf) return
  // The window has room again: fill it.
  while (maybeSendAppend(raft, m.from, { sendIfEmpty: false }));
  if (m.from === raft.leadTransferee && progress.match === raft.log.lastIndex()) {
    raft.trace({ kind: 'transfer-caught-up', id: m.from, term: raft.term })
    raft.send({ type: 'timeout-now', to: m.from })
  }
}

function heartbeatAnswered(raft: Raft, m: Message, progress: Progress): void {
  progress.recentActive = true
  // A lost message must not stop the flow for ever.
  progress.appFlowPaused = false
  if (progress.match < raft.log.lastIndex() || progress.state === 'probe') {
    maybeSendAppend(raft, m.from, { sendIfEmpty: true })
  }
  if (raft.config.readOnly !== 'safe' || m.context.length === 0) return
  raft.readOnly.acknowledge(m.from, m.context)
  for (const read of raft.readOnly.takeConfirmed(raft.membership.config)) respondToRead(raft, read)
}

function snapshotReported(raft: Raft, m: Message, progress: Progress): void {
  if (progress.state !== 'snapshot') return
  if (m.reject) progress.pendingSnapshot = 0
  progress.becomeProbe()
  raft.trace({ kind: m.reject ? 'snapshot-failed' : 'snapshot-arrived', id: m.from, progress })
  // Arrived: its acknowledgement is on the way. Failed: try again after a heartbeat.
  progress.appFlowPaused = true
}

/** Dissertation §3.10. `from` names the member that shall lead. */
function transferLeadership(raft: Raft, m: Message, progress: Progress): void {
  const { term } = raft
  const to = m.from
  if (progress.isLearner) {
    raft.trace({ kind: 'transfer-to-learner', id: to, term })
    return
  }
  if (raft.leadTransferee !== 0) {
    if (raft.leadTransferee === to) {
      raft.trace({ kind: 'transfer-repeated', id: to, term })
      return
    }
    raft.trace({ kind: 'transfer-aborted', id: raft.leadTransferee, term })
    raft.leadTransferee = 0
  }
  if (to === raft.id) return
  raft.trace({ kind: 'transfer-started', id: to, term })
  // It should be done within an election timeout; then it is given up.
  raft.electionElapsed = 0
  raft.leadTransferee = to
  if (progress.match === raft.log.lastIndex()) {
    raft.send({ type: 'timeout-now', to })
    raft.trace({ kind: 'transfer-now', id: to, term })
  } else {
    maybeSendAppend(raft, to, { sendIfEmpty: true })
  }
}
