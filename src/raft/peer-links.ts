import { message } from './message.ts'
import type { Raft } from './raft.ts'
import type { RaftId } from './types.ts'

/**
 * What the transport knows of connections. A leader's broken connection is a strong hint that it
 * died: a follower then asks for pre-votes within a few ticks, and members whose connection to that
 * leader broke too grant them although its lease has not run out. Safety does not rest on it: a
 * pre-vote changes nothing, and a vote keeps its rules. A leader that lives and reaches a majority
 * is not deposed, because that majority has its connections and refuses.
 */
export class PeerLinks {
  readonly #raft: Raft
  /** Members whose connection broke, and that were not heard of as leader since. */
  readonly #broken = new Set<RaftId>()
  /** Ticks until an election is tried; 0 for no haste. */
  #campaignInTicks = 0

  constructor(raft: Raft) {
    this.#raft = raft
  }

  /** A new connection is no sign of a leader: only what it says as a leader is. */
  brokeSinceHeard(leader: RaftId): boolean {
    return this.#broken.has(leader)
  }

  down(id: RaftId): void {
    const { config, leader, role } = this.#raft
    if (role === 'leader') {
      this.#raft.step(message({ type: 'unreachable', from: id }))
      return
    }
    // Lease reads trust that nobody is elected within the lease (dissertation §6.4.1).
    if (!config.checkQuorum || !config.preVote || config.readOnly === 'lease') return
    this.#broken.add(id)
    if (role !== 'follower' || leader !== id) return
    this.#campaignInTicks = 1 + config.random.int(config.peerDownTicksMax)
    this.#raft.trace({ kind: 'peer-down', id, campaignInTicks: this.#campaignInTicks })
  }

  /** The leader speaks: it lives. */
  heardFrom(leader: RaftId): void {
    if (this.#broken.size > 0) this.#broken.delete(leader)
    this.#campaignInTicks = 0
  }

  /** Another one has this member's vote: let it win before trying oneself. */
  giveWay(): void {
    if (this.#campaignInTicks > 0) this.#campaignInTicks += 1 + this.#raft.config.peerDownTicksMax
  }

  /** Called at each tick of a member that does not lead; tries again until a leader is heard of. */
  campaignIsDue(): boolean {
    if (this.#campaignInTicks === 0) return false
    this.#campaignInTicks--
    if (this.#campaignInTicks > 0) return false
    const { electionTicks, peerDownTicksMax, random } = this.#raft.config
    // Two candidates may have split the votes: a wider jitter, still below an election timeout.
    this.#campaignInTicks = peerDownTicksMax + 1 + random.int(Math.ceil(electionTicks / 2))
    return this.#raft.isPromotable()
  }
}
