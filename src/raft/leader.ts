import { assert } from '../base/index.ts'
import {
  asV2,
  type ConfChange,
  type ConfChangeV2,
  decodeConfChange,
  encodeConfChange,
} from './conf-change.ts'
import { ConfChangeError } from './errors.ts'
import { stepMemberMessage } from './leader-members.ts'
import { message } from './message.ts'
import type { Raft } from './raft.ts'
import type { DropReason, StepResult } from './ready.ts'
import { broadcastAppend, broadcastHeartbeat, serveRead } from './replication.ts'
import type { Entry, Message, RaftId } from './types.ts'

export function stepLeader(raft: Raft, m: Message): StepResult {
  switch (m.type) {
    case 'beat':
      broadcastHeartbeat(raft)
      return 'accepted'
    case 'check-quorum':
      checkQuorum(raft)
      return 'accepted'
    case 'prop':
      return appendProposal(raft, m)
    case 'read-index':
      serveRead(raft, m)
      return 'accepted'
    case 'forget-leader':
      return 'accepted'
    default:
      return stepMemberMessage(raft, m)
  }
}

/** A configuration change on its way to the leader. */
export function confChangeProposal(from: RaftId, change: ConfChange | ConfChangeV2): Message {
  return message({
    type: 'prop',
    from,
    entries: [{ term: 0, index: 0, ...encodeConfChange(change) }],
  })
}

/** Dissertation §6.2: a leader that reaches no quorum makes way. */
function checkQuorum(raft: Raft): void {
  if (!raft.membership.quorumActive()) {
    raft.trace({ kind: 'quorum-lost' })
    raft.becomeFollower(raft.term, 0)
  }
  for (const [id, progress] of raft.membership.progress) {
    if (id !== raft.id) progress.recentActive = false
  }
}

function appendProposal(raft: Raft, m: Message): StepResult {
  assert(m.entries.length > 0, 'raft: a proposal without entries')
  // Removed while it leads: it may finish what is in its log, but takes nothing new.
  if (!raft.membership.progress.has(raft.id)) return dropped(raft, 'not-member')
  if (raft.leadTransferee !== 0) {
    return dropped(raft, 'transferring')
  }
  const pendingConfIndex = raft.pendingConfIndex
  const entries = m.entries.map((entry, i) => vetted(raft, entry, i))
  if (!raft.appendEntries(entries)) {
    raft.pendingConfIndex = pendingConfIndex
    return dropped(raft, 'too-large')
  }
  broadcastAppend(raft)
  return 'accepted'
}

function dropped(raft: Raft, reason: DropReason): DropReason {
  raft.trace({ kind: 'proposal-dropped', reason, leader: raft.id, term: raft.term })
  return reason
}

/** A configuration change that may not be made now is replaced by an entry that does nothing. */
function vetted(raft: Raft, entry: Entry, position: number): Entry {
  if (entry.type === 'normal') return entry
  const nothing: Entry = { ...entry, type: 'normal', data: new Uint8Array(0) }
  let change: ConfChange | ConfChangeV2
  try {
    change = decodeConfChange(entry)
  } catch (error) {
    if (!(error instanceof ConfChangeError)) throw error
    raft.trace({ kind: 'conf-change-malformed', error })
    return nothing
  }
  const why = objection(raft, asV2(change))
  if (why && !raft.config.disableConfChangeValidation) {
    raft.trace({
      kind: 'conf-change-ignored',
      change,
      config: raft.membership.config,
      why,
      pendingIndex: raft.pendingConfIndex,
      applied: raft.log.applied,
    })
    return nothing
  }
  raft.pendingConfIndex = raft.log.lastIndex() + position + 1
  return entry
}

function objection(
  raft: Raft,
  change: ConfChangeV2,
): 'pending' | 'must-leave-joint' | 'not-joint' | undefined {
  const leaving = change.changes.length === 0
  if (raft.pendingConfIndex > raft.log.applied) return 'pending'
  if (raft.membership.isJoint && !leaving) return 'must-leave-joint'
  if (!raft.membership.isJoint && leaving) return 'not-joint'
  return undefined
}
