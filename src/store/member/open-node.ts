import { RawNode } from '../../raft/index.ts'
import type { Applier } from './applier.ts'
import { confStateOf, encodeMembership } from '../membership/index.ts'
import { MemberLog } from './member-log.ts'
import { type MemberOptions, TIMING_DEFAULT } from './options.ts'
import type { Recovered } from './recover.ts'

const MESSAGE_BYTES_MAX = 1024 * 1024
const INFLIGHT_BYTES_MAX = 16 * 1024 * 1024
const UNCOMMITTED_BYTES_MAX = 256 * 1024 * 1024

/** The durable log as Raft reads it, with what was recovered in it. */
export function openLog<Outcome>(
  { stateMachine }: MemberOptions<Outcome>,
  { base, entries, hardState }: Recovered,
  applier: Applier<Outcome>,
): MemberLog {
  const log = new MemberLog({
    base,
    confState: confStateOf(applier.membership),
    applied: () => ({
      index: stateMachine.appliedIndex,
      confState: confStateOf(applier.membership),
      data: encodeMembership(applier.membership),
    }),
  })
  log.append(entries)
  log.setHardState(hardState)
  return log
}

/** Consensus, going on from where the log and the state are. */
export function openNode<Outcome>(options: MemberOptions<Outcome>, log: MemberLog): RawNode {
  const { self, stateMachine, random } = options
  const { electionTicks, heartbeatTicks, peerDownTicksMax } = {
    ...TIMING_DEFAULT,
    ...options.timing,
  }
  return new RawNode({
    id: self.id,
    electionTicks,
    heartbeatTicks,
    peerDownTicksMax,
    storage: log,
    random: random.fork('raft'),
    applied: stateMachine.appliedIndex,
    asyncStorageWrites: true,
    maxMessageBytes: MESSAGE_BYTES_MAX,
    maxCommittedBytesPerReady: MESSAGE_BYTES_MAX * 4,
    maxUncommittedBytes: UNCOMMITTED_BYTES_MAX,
    maxInflightBytes: INFLIGHT_BYTES_MAX,
    checkQuorum: true,
    preVote: options.preVote ?? true,
    // Forwarded by `ProposalFlow`, which knows what became of them.
    disableProposalForwarding: true,
    // It goes on until the others know of it: then it hands over, and stops (see `handover.ts`).
    stepDownOnRemoval: false,
  })
}
