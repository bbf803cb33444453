import { present } from '../base/index.ts'
import { restoreSnapshot } from './configuration.ts'
import type { Raft } from './raft.ts'
import type { Message, Snapshot } from './types.ts'

/** Raft §5.3: appends what follows a matching entry, or says where the logs may match. */
export function handleAppend(raft: Raft, m: Message): void {
  const { log } = raft
  const previous = { term: m.logTerm, index: m.index }
  if (previous.index < log.committed) {
    // A late message: what is committed needs no check.
    raft.send({ type: 'app-resp', to: m.from, index: log.committed })
    return
  }
  const lastNew = log.maybeAppend(previous, m.entries, m.commit)
  if (lastNew !== undefined) {
    raft.send({ type: 'app-resp', to: m.from, index: lastNew })
    return
  }
  const ownTerm = log.term(m.index) ?? 0
  raft.trace({ kind: 'append-rejected', from: m.from, previous, ownTerm })
  // The leader's entry at `previous` has term `logTerm`; an entry of ours with a higher term cannot
  // match, so all of those are skipped at once. The leader does the same with our hint.
  const hint = log.findConflictByTerm(Math.min(m.index, log.lastIndex()), m.logTerm)
  raft.send({
    type: 'app-resp',
    to: m.from,
    index: m.index,
    reject: true,
    rejectHint: hint.index,
    logTerm: hint.term,
  })
}

export function handleHeartbeat(raft: Raft, m: Message): void {
  raft.log.commitTo(m.commit)
  raft.send({ type: 'heartbeat-resp', to: m.from, context: m.context })
}

/** Raft §7. */
export function handleSnapshot(raft: Raft, m: Message): void {
  const snapshot = present(m.snapshot, 'the snapshot of a snapshot message')
  const restored = restore(raft, snapshot)
  const { committed } = raft.log
  raft.trace({
    kind: restored ? 'snapshot-accepted' : 'snapshot-ignored',
    snapshot: snapshot.metadata,
    commit: committed,
  })
  const index = restored ? raft.log.lastIndex() : committed
  raft.send({ type: 'app-resp', to: m.from, index })
}

/** False when the snapshot brings nothing new, or is not for this member. */
function restore(raft: Raft, snapshot: Snapshot): boolean {
  const { log } = raft
  const { metadata } = snapshot
  if (metadata.index <= log.committed) return false
  const { voters, learners, votersOutgoing } = metadata.confState
  if (![voters, learners, votersOutgoing].some((ids) => ids.includes(raft.id))) {
    raft.trace({ kind: 'snapshot-not-for-us', metadata })
    return false
  }
  if (log.matches(metadata)) {
    // The log holds all of it: only the commit index is news.
    const last = log.last()
    raft.trace({
      kind: 'snapshot-fast-forwarded',
      snapshot: metadata,
      last,
      commit: log.committed,
    })
    log.commitTo(metadata.index)
    return false
  }
  restoreSnapshot(raft, snapshot)
  raft.trace({
    kind: 'snapshot-restored',
    snapshot: metadata,
    last: log.last(),
    commit: log.committed,
  })
  return true
}
