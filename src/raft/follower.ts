import { campaign } from './candidate.ts'
import type { Raft } from './raft.ts'
import type { StepResult } from './ready.ts'
import { handleAppend, handleHeartbeat, handleSnapshot } from './replica.ts'
import type { Message } from './types.ts'

export function stepFollower(raft: Raft, m: Message): StepResult {
  switch (m.type) {
    case 'prop':
      return forwardProposal(raft, m)
    case 'app':
    case 'heartbeat':
    case 'snap':
      raft.electionElapsed = 0
      raft.leader = m.from
      raft.links.heardFrom(m.from)
      if (m.type === 'app') handleAppend(raft, m)
      else if (m.type === 'heartbeat') handleHeartbeat(raft, m)
      else handleSnapshot(raft, m)
      return 'accepted'
    case 'transfer-leader':
      if (raft.leader === 0) {
        raft.trace({ kind: 'transfer-without-leader', id: m.from, term: raft.term })
        return 'no-leader'
      }
      raft.send({ type: m.type, to: raft.leader, from: m.from })
      return 'accepted'
    case 'timeout-now':
      // Dissertation §3.10: the leader wants this member to take over at once.
      raft.trace({ kind: 'timeout-now-received', id: m.from, term: raft.term })
      campaign(raft, 'transfer')
      return 'accepted'
    case 'forget-leader':
      forgetLeader(raft)
      return 'accepted'
    case 'read-index':
      if (raft.leader === 0) return 'no-leader'
      raft.send({ ...m, to: raft.leader, from: m.from === 0 ? raft.id : m.from })
      return 'accepted'
    case 'read-index-resp':
      raft.readStates.push({ index: m.index, context: m.context })
      return 'accepted'
    default:
      return 'accepted'
  }
}

function forwardProposal(raft: Raft, m: Message): StepResult {
  const reason =
    raft.leader === 0
      ? 'no-leader'
      : raft.config.disableProposalForwarding
        ? 'not-forwarded'
        : undefined
  if (reason) {
    raft.trace({ kind: 'proposal-dropped', reason, leader: raft.leader, term: raft.term })
    return reason
  }
  raft.send({ type: 'prop', to: raft.leader, from: m.from, entries: m.entries })
  return 'accepted'
}

function forgetLeader(raft: Raft): void {
  if (raft.config.readOnly === 'lease') {
    // The leader serves reads because nobody can be elected within its lease.
    raft.trace({ kind: 'forget-refused' })
    return
  }
  if (raft.leader === 0) return
  raft.trace({ kind: 'leader-forgotten', leader: raft.leader, term: raft.term })
  raft.leader = 0
}
