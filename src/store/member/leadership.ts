import type { KvError, Log, MemberId } from '../../base/index.ts'
import type { LogIndex, RaftStatus, Term } from '../../raft/index.ts'
import type { MemberStatus } from '../member-types.ts'
import { memberErrors } from './errors.ts'

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

  constructor(options: { log: Log; term: Term; nowMs: number }) {
    this.#leaderlessSinceMs = options.nowMs
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
    this.#leader = leader
    this.#term = term
    for (const listener of this.#listeners) listener(status)
    return changed && leader !== 0
  }

  /** For how long no leader was known; 0 when one is. */
  leaderlessMs(nowMs: number): number {
    return this.#leader === 0 ? nowMs - this.#leaderlessSinceMs : 0
  }

  /** As etcd tells why a request that began at `startMs` ran out of time. */
  timeoutError(startMs: number): KvError {
    if (this.#leader === 0) return memberErrors.noLeader()
    const changed = startMs <= this.#electedMs && this.#lostMs > 0
    return changed ? memberErrors.timeoutLeaderFailed() : memberErrors.timeout()
  }
}

/** The voter that is furthest, among those that are up, if this member leads. */
export function bestSuccessor(
  { role, progress }: RaftStatus,
  isUp: (id: MemberId) => boolean,
): MemberId | undefined {
  if (role !== 'leader') return undefined
  let best: { id: MemberId; match: LogIndex } | undefined
  for (const [id, { match, isLearner, recentActive }] of progress) {
    if (!isUp(id) || isLearner || !recentActive) continue
    if (!best || match > best.match) best = { id, match }
  }
  return best?.id
}
