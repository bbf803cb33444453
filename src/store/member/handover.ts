import { type Clock, type MemberId, sleep } from '../../base/index.ts'
import type { RawNode } from '../../raft/index.ts'
import type { ClusterMember } from '../member-types.ts'
import type { EagerElection } from './eager-election.ts'
import { memberErrors } from './errors.ts'
import { bestSuccessor } from './leadership.ts'
import type { MemberTiming } from './options.ts'

/** How long a leader that stops waits for another one to take over. */
const HANDOVER_MS_MAX = 1_000

export interface HandoverOptions {
  readonly self: MemberId
  readonly clock: Clock
  readonly timing: MemberTiming
  readonly node: RawNode
  readonly eager: EagerElection
  readonly members: () => readonly ClusterMember[]
  /** Has the loop take its turn after an input. */
  readonly run: (input: () => void) => void
  /** Why the member has stopped, once it has. */
  readonly stopped: () => Error | undefined
}

/** Hands leadership over: when asked to, and before this member stops. */
export class Handover {
  readonly #options: HandoverOptions

  constructor(options: HandoverOptions) {
    this.#options = options
  }

  /** Resolves once `to` leads. Throws etcd's error when that cannot be, or takes too long. */
  async transfer(to: MemberId, { signal }: { signal: AbortSignal }): Promise<void> {
    const { clock, node, members, run, stopped, timing } = this.#options
    if (node.summary().role !== 'leader') throw memberErrors.notLeader()
    const target = members().find(({ id }) => id === to)
    if (!target || target.isLearner) throw memberErrors.badTransferee()
    const untilMs = clock.monotonicMs() + timing.electionTicks * timing.tickMs * 2
    run(() => node.transferLeadership(to))
    while (node.summary().leader !== to) {
      if (signal.aborted) throw memberErrors.canceled(signal)
      const why = stopped()
      if (why) throw why
      if (clock.monotonicMs() > untilMs) throw memberErrors.timeoutLeaderTransfer()
      await sleep(clock, timing.tickMs)
    }
  }

  /** Starts to hand over to whoever is best; false when nobody can take it. */
  begin(): boolean {
    const { self, node, eager, run } = this.#options
    const isUp = (id: MemberId) => id !== self && eager.isUp(id)
    const successor = bestSuccessor(node.status(), isUp)
    if (successor === undefined) return false
    run(() => node.transferLeadership(successor))
    return true
  }

  /** The same, and waits a while until it is done. */
  async finish(): Promise<void> {
    const { clock, node, stopped, timing } = this.#options
    if (!this.begin()) return
    const untilMs = clock.monotonicMs() + HANDOVER_MS_MAX
    while (node.summary().role === 'leader' && !stopped() && clock.monotonicMs() < untilMs) {
      await sleep(clock, timing.tickMs)
    }
  }
}
