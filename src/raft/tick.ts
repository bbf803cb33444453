import { message } from './message.ts'
import type { Raft } from './raft.ts'

/** A tick passes: elections and heartbeats come of it. */
export function tick(raft: Raft): void {
  if (raft.role === 'leader') tickLeader(raft)
  else tickElection(raft)
}

function tickElection(raft: Raft): void {
  raft.electionElapsed++
  const timedOut = raft.electionElapsed >= raft.randomizedElectionTicks && raft.isPromotable()
  if (raft.links.campaignIsDue() || timedOut) {
    raft.electionElapsed = 0
    raft.step(message({ type: 'hup', from: raft.id }))
  }
}

function tickLeader(raft: Raft): void {
  raft.heartbeatElapsed++
  raft.electionElapsed++
  if (raft.electionElapsed >= raft.config.electionTicks) {
    raft.electionElapsed = 0
    if (raft.config.checkQuorum) raft.step(message({ type: 'check-quorum', from: raft.id }))
    // Dissertation §3.10: a transfer that takes an election timeout is given up.
    raft.leadTransferee = 0
  }
  if (raft.role === 'leader' && raft.heartbeatElapsed >= raft.config.heartbeatTicks) {
    raft.heartbeatElapsed = 0
    raft.step(message({ type: 'beat', from: raft.id }))
  }
}
