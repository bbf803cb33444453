import { broadcastAppend } from './replication.ts'
import type { Raft } from './raft.ts'
import type { StepResult } from './ready.ts'
import { handleAppend, handleHeartbeat, handleSnapshot } from './replica.ts'
import type { Entry, Message } from './types.ts'
import { TRANSFER_CONTEXT } from './vote.ts'

/** `transfer`: the leader asked for it, so there is no pre-vote and its lease does not count. */
export type CampaignKind = 'pre-election' | 'election' | 'transfer'

/** Stands for election, if this member may (Raft §5.2; dissertation §9.6). */
export function campaign(raft: Raft, kind: CampaignKind): void {
  if (raft.role === 'leader') return
  if (!raft.isPromotable()) {
    raft.trace({ kind: 'not-promotable' })
    return
  }
  if (hasUnappliedConfChange(raft)) {
    // The configuration it would be elected in is not the one that is committed.
    raft.trace({ kind: 'conf-change-unapplied', term: raft.term })
    return
  }
  raft.trace({ kind: 'election-started', term: raft.term })
  requestVotes(raft, kind)
}

export function stepCandidate(raft: Raft, m: Message): StepResult {
  switch (m.type) {
    case 'prop':
      raft.trace({ kind: 'proposal-dropped', reason: 'no-leader', leader: 0, term: raft.term })
      return 'no-leader'
    // Somebody else won this term.
    case 'app':
      raft.becomeFollower(m.term, m.from)
      handleAppend(raft, m)
      return 'accepted'
    case 'heartbeat':
      raft.becomeFollower(m.term, m.from)
      handleHeartbeat(raft, m)
      return 'accepted'
    case 'snap':
      raft.becomeFollower(m.term, m.from)
      handleSnapshot(raft, m)
      return 'accepted'
    case 'vote-resp':
    case 'pre-vote-resp':
      countVote(raft, m, m.type)
      return 'accepted'
    default:
      return 'accepted'
  }
}

function requestVotes(raft: Raft, kind: CampaignKind): void {
  if (kind === 'pre-election') raft.becomePreCandidate()
  else raft.becomeCandidate()
  const type = kind === 'pre-election' ? 'pre-vote' : 'vote'
  // A pre-vote asks about the term that it would enter.
  const term = kind === 'pre-election' ? raft.term + 1 : raft.term
  for (const id of raft.membership.voters()) {
    if (id === raft.id) {
      // Its own vote counts once it is durable, like everybody's.
      raft.send({ type: type === 'vote' ? 'vote-resp' : 'pre-vote-resp', to: id, term })
      continue
    }
    const last = raft.log.last()
    raft.trace({ kind: 'vote-requested', type, to: id, last, term: raft.term })
    raft.send({
      type,
      to: id,
      term,
      index: last.index,
      logTerm: last.term,
      ...(kind === 'transfer' && { context: TRANSFER_CONTEXT }),
    })
  }
}

function countVote(raft: Raft, m: Message, type: 'vote-resp' | 'pre-vote-resp'): void {
  // A late answer to the pre-vote means nothing to a candidate, and the reverse.
  if ((type === 'pre-vote-resp') !== (raft.role === 'pre-candidate')) return
  raft.trace({ kind: 'vote-received', type, from: m.from, granted: !m.reject, term: raft.term })
  raft.membership.recordVote(m.from, !m.reject)
  const { granted, rejected, result } = raft.membership.tallyVotes()
  raft.trace({ kind: 'votes-counted', type, granted, rejected })
  if (result === 'won') {
    if (raft.role === 'pre-candidate') {
      requestVotes(raft, 'election')
    } else {
      raft.becomeLeader()
      broadcastAppend(raft)
    }
  } else if (result === 'lost') {
    // The term stays: with a pre-vote it was never raised.
    raft.becomeFollower(raft.term, 0)
  }
}

const isConfChange = ({ type }: Entry) => type !== 'normal'

function hasUnappliedConfChange(raft: Raft): boolean {
  const { log } = raft
  for (let low = log.applied + 1; low <= log.committed; ) {
    const page = log.slice(low, log.committed + 1, raft.config.maxCommittedBytesPerReady) ?? []
    if (page.some(isConfChange)) return true
    low += Math.max(page.length, 1)
  }
  return false
}
