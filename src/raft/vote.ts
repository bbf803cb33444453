import type { EntryId, RaftEvent } from './events.ts'
import type { Raft } from './raft.ts'
import type { Message } from './types.ts'

/** The context of a vote that the leader itself asked for: it overrides the leader's lease. */
export const TRANSFER_CONTEXT: Uint8Array = new TextEncoder().encode('CampaignTransfer')

/**
 * Dissertation §4.2.3, §6.2: who heard from a leader within the election timeout lets nobody
 * disturb it. A leader whose connection broke has no such lease: only availability hangs on this
 * rule (and lease reads, with which `peerDown` is not used), election safety on terms and votes.
 */
export function isVoteIgnored(raft: Raft, m: Message): boolean {
  if (m.type !== 'vote' && m.type !== 'pre-vote') return false
  const { electionTicks, checkQuorum } = raft.config
  const inLease = checkQuorum && raft.leader !== 0 && raft.electionElapsed < electionTicks
  if (!inLease || isTransfer(m) || raft.links.brokeSinceHeard(raft.leader)) return false
  raft.trace(
    voteEvent(raft, m, 'vote-ignored', { remainingTicks: electionTicks - raft.electionElapsed }),
  )
  return true
}

/** Raft §5.2, §5.4.1: one vote in a term, for a log that is at least as complete. */
export function answerVote(raft: Raft, m: Message): void {
  const canVote =
    // The same candidate asks again.
    raft.vote === m.from ||
    (raft.vote === 0 && raft.leader === 0) ||
    // A pre-vote binds to nothing.
    (m.type === 'pre-vote' && m.term > raft.term)
  const type = m.type === 'vote' ? 'vote-resp' : 'pre-vote-resp'
  if (canVote && raft.log.isUpToDate(candidateLast(m))) {
    raft.trace(voteEvent(raft, m, 'vote-cast'))
    // With the message's term: for a pre-vote that is a term which nobody has entered.
    raft.send({ type, to: m.from, term: m.term })
    raft.links.giveWay()
    if (m.type === 'vote') {
      raft.electionElapsed = 0
      raft.vote = m.from
    }
  } else {
    raft.trace(voteEvent(raft, m, 'vote-rejected'))
    raft.send({ type, to: m.from, reject: true })
  }
}

/** What came from an older term. Mostly ignored, but its sender may need to learn of the new one. */
export function stepLowerTerm(raft: Raft, m: Message): void {
  const { checkQuorum, preVote } = raft.config
  const fromLeader = m.type === 'heartbeat' || m.type === 'app'
  if (fromLeader && (checkQuorum || preVote)) {
    // A member with a higher term cannot disturb by elections here, so it would be stuck without
    // an answer that makes the leader step down.
    raft.send({ type: 'app-resp', to: m.from })
  } else if (m.type === 'pre-vote') {
    raft.trace(voteEvent(raft, m, 'vote-rejected'))
    raft.send({ type: 'pre-vote-resp', to: m.from, reject: true })
  } else if (m.type === 'storage-append-resp') {
    // The entries may have been overwritten since (an ABA race); a snapshot holds in any term.
    if (m.index !== 0) traceLowerTerm(raft, m, 'append-of-lower-term')
    if (m.snapshot) raft.snapshotStored(m.snapshot)
  } else {
    traceLowerTerm(raft, m, 'term-lower')
  }
}

function isTransfer(m: Message): boolean {
  return (
    m.context.length === TRANSFER_CONTEXT.length &&
    m.context.every((byte, i) => byte === TRANSFER_CONTEXT[i])
  )
}

function candidateLast(m: Message): EntryId {
  return { term: m.logTerm, index: m.index }
}

function traceLowerTerm(raft: Raft, m: Message, kind: 'term-lower' | 'append-of-lower-term'): void {
  raft.trace({ kind, type: m.type, from: m.from, messageTerm: m.term, term: raft.term })
}

function voteEvent(
  raft: Raft,
  m: Message,
  kind: 'vote-cast' | 'vote-rejected' | 'vote-ignored',
  { remainingTicks } = { remainingTicks: 0 },
): RaftEvent {
  return {
    kind,
    type: m.type === 'vote' ? 'vote' : 'pre-vote',
    from: m.from,
    last: raft.log.last(),
    vote: raft.vote,
    candidateLast: candidateLast(m),
    term: raft.term,
    remainingTicks,
  }
}
