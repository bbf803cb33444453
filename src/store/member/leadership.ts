import type { KvError, Log, MemberId } from '../../base/index.ts'
import type { LogIndex, RaftStatus, Term } from '../../raft/index.ts'
import type { MemberStatus } from '../member-types.ts'
import type { MemberDelays } from './delays.ts'
import { memberErrors } from './errors.ts'

/** Election timeouts without a leader after which nobody is expected to come soon. */
const LEADERLESS_ELECTIONS = 3

/** Who leads, as this member knows it, and since when. */
export class Leadership {
  readonly #log: Log
  readonly #listeners = new Set<(status: MemberStatus) => void>()
  #leader: MemberId = 0
  #term: Term
  /** When the last leader was lost, and its successor elected; 0 before. */
  #lostMs = 0
  #electedMs = 0
  #leaderlessSinceMs: number
  readonly #electionMs: number
  readonly #delays: MemberDelays | undefined
  #isLeading = false
  #tickedMs: number

  constructor(options: {
    log: Log
    term: Term
    nowMs: number
    electionMs: number
    delays: MemberDelays | undefined
  }) {
    this.#electionMs = options.electionMs
    this.#leaderlessSinceMs = options.nowMs
    this.#tickedMs = options.nowMs
    this.#delays = options.delays
    this.#log = options.log
    this.#term = options.term
  }

  get leader(): MemberId {
    return this.#leader
  }

  get term(): Term {
    return this.#term
  }

  listen(listener: (status: MemberStatus) => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** Raft's clock ticks. As a leader's heartbeats hang on it, one that comes too late is noted. */
  ticked(nowMs: number, heartbeatMs: number): void {
    const isLate = nowMs - this.#tickedMs > 2 * heartbeatMs
    if (this.#isLeading && isLate && this.#delays) this.#delays.heartbeats++
    this.#tickedMs = nowMs
  }

  /** Leader or term have changed. Whether there is a new leader. */
  note(status: MemberStatus, nowMs: number): boolean {
    const { leader, role, term } = status
    const changed = leader !== this.#leader
    if (changed) {
      if (this.#leader !== 0) {
        this.#lostMs = nowMs
        this.#leaderlessSinceMs = nowMs
      }
      if (leader !== 0) this.#electedMs = nowMs
      this.#log.info('leadership', { role, leader: leader.toString(16), term })
    }
    this.#isLeading = role === 'leader'
    this.#leader = leader
    this.#term = term
    for (const listener of this.#listeners) listener(status)
    return changed && leader !== 0
  }

  /**
   * How long requests wait for their outcome, `usualMs` as a rule. When nobody has led for longer
   * than an election should take, there is no quorum: no use to let them wait for etcd's seven
   * seconds.
   */
  patienceMs(nowMs: number, usualMs: number): number {
    const leaderlessMs = this.#leader === 0 ? nowMs - this.#leaderlessSinceMs : 0
    const isLost = leaderlessMs > LEADERLESS_ELECTIONS * this.#electionMs
    return isLost ? Math.min(this.#electionMs, usualMs) : usualMs
  }

  /** As etcd tells why a request that began at `startMs` ran out of time. */
  timeoutError(startMs: number): KvError {
    if (this.#leader === 0) return memberErrors.noLeader()
    const changed = startMs <= this.#electedMs && this.#lostMs > 0
    return changed ? memberErrors.timeoutLeaderFailed() : memberErrors.timeout()
  }
}

/**
 * The voter that is furthest, among those that are up, if this member leads. Who was heard of since
 * the last count of the quorum comes first: right after one, that is nobody.
 */
export function bestSuccessor(
  { role, progress }: RaftStatus,
  isUp: (id: MemberId) => boolean,
): MemberId | undefined {
  if (role !== 'leader') return undefined
  let best: { id: MemberId; match: LogIndex; recentActive: boolean } | undefined
  for (const [id, { match, isLearner, recentActive }] of progress) {
    if (!isUp(id) || isLearner) continue
    const isBetter = !best || recentActive > best.recentActive
    const isFurther = best && recentActive === best.recentActive && match > best.match
    if (isBetter || isFurther) best = { id, match, recentActive }
  }
  return best?.id
}
