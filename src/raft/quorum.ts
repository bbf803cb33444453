import type { LogIndex, RaftId } from './types.ts'

export type VoteResult = 'won' | 'lost' | 'pending'

/** Voters of a configuration: the incoming ones, and in a joint configuration the outgoing too. */
export interface Voters {
  readonly incoming: ReadonlySet<RaftId>
  /** Empty unless joint (Raft §6). */
  readonly outgoing: ReadonlySet<RaftId>
}

/** What an empty set of voters agrees to: everything, so that it never decides in a joint quorum. */
export const EVERY_INDEX: LogIndex = Number.POSITIVE_INFINITY

/** The highest index that a majority of both halves has acknowledged (Raft §5.3, §6). */
export function committedIndex(
  voters: Voters,
  acked: (id: RaftId) => LogIndex | undefined,
): LogIndex {
  return Math.min(
    majorityCommittedIndex(voters.incoming, acked),
    majorityCommittedIndex(voters.outgoing, acked),
  )
}

/** Whether an election is decided: both halves must be won, losing one loses it. */
export function voteResult(voters: Voters, votes: ReadonlyMap<RaftId, boolean>): VoteResult {
  const incoming = majorityVoteResult(voters.incoming, votes)
  const outgoing = majorityVoteResult(voters.outgoing, votes)
  if (incoming === outgoing) return incoming
  return incoming === 'lost' || outgoing === 'lost' ? 'lost' : 'pending'
}

export function majorityCommittedIndex(
  voters: ReadonlySet<RaftId>,
  acked: (id: RaftId) => LogIndex | undefined,
): LogIndex {
  if (voters.size === 0) return EVERY_INDEX
  const indexes: LogIndex[] = []
  for (const id of voters) indexes.push(acked(id) ?? 0)
  indexes.sort((a, b) => b - a)
  return indexes[majority(voters.size) - 1] ?? 0
}

export function majorityVoteResult(
  voters: ReadonlySet<RaftId>,
  votes: ReadonlyMap<RaftId, boolean>,
): VoteResult {
  if (voters.size === 0) return 'won'
  let granted = 0
  let missing = 0
  for (const id of voters) {
    const vote = votes.get(id)
    if (vote === undefined) missing++
    else if (vote) granted++
  }
  if (granted >= majority(voters.size)) return 'won'
  return granted + missing >= majority(voters.size) ? 'pending' : 'lost'
}

function majority(voters: number): number {
  return Math.floor(voters / 2) + 1
}
