import type { MemberId, PeerTransport } from '../../base/index.ts'
import type { RaftSummary, Term } from '../../raft/index.ts'
import { readCorrelation } from './correlation.ts'
import { Forwards } from './forwards.ts'
import { encodeFrame, type Forward } from './peer-codec.ts'
import type { Pending, Proposals } from './proposals.ts'

/** Bytes of proposals in one Raft message or one frame. */
const CHUNK_BYTES_MAX = 1024 * 1024
/** Frames of forwarded proposals that wait for the leader's disk; more are taken at once. */
const FORWARDED_MAX = 256
const RESEND_MS = 500

export interface ProposalFlowOptions<Outcome> {
  readonly proposals: Proposals<Outcome>
  readonly transport: PeerTransport
  readonly status: () => RaftSummary
  /** Whether they are in the log now: all of them or none. */
  readonly proposeAll: (data: readonly Uint8Array[]) => boolean
  /** Whether this member's disk is writing: what comes meanwhile goes together afterwards. */
  readonly writing: () => boolean
}

/** Brings proposals to the leader: this member's own, and as the leader those of the others. */
export class ProposalFlow<Outcome> {
  readonly #options: ProposalFlowOptions<Outcome>
  readonly #forwards = new Forwards()
  #forwarded: { readonly from: MemberId; readonly forward: Forward }[] = []

  constructor(options: ProposalFlowOptions<Outcome>) {
    this.#options = options
  }

  /** Moves on what waits. `force`: even while the disk is writing. */
  flush(options: { nowMs: number; force: boolean }): void {
    const { proposals, writing } = this.#options
    if (proposals.queued === 0 && this.#forwarded.length === 0) return
    const status = this.#options.status()
    if (status.role !== 'leader') {
      this.#refuseForwarded()
      if (status.leader !== 0) this.#sendToLeader(status, options.nowMs)
    } else if (options.force || !writing() || this.#forwarded.length > FORWARDED_MAX) {
      const forwarded = this.#forwarded
      this.#forwarded = []
      for (const { from, forward } of forwarded) this.#takeForwarded(from, forward, status)
      this.#proposeOwn(status, options.nowMs)
    }
  }

  /** The leader may not have got what it was sent: once more. It appends nothing twice. */
  resend(nowMs: number): void {
    if (this.#options.proposals.settled) return
    const status = this.#options.status()
    if (status.role === 'leader' || status.leader === 0) return
    const late = this.#options.proposals.unanswered(status.term, nowMs - RESEND_MS)
    for (const each of late) each.sentMs = nowMs
    this.#forward(status, late)
  }

  /** At each tick: what was refused goes to the leader again. */
  offerRefused(nowMs: number): void {
    if (!this.#options.proposals.hasRefused) return
    const status = this.#options.status()
    if (status.role === 'leader' || status.leader === 0) return
    this.#forward(status, this.#options.proposals.takeRefused(status.term, nowMs))
  }

  onForward(from: MemberId, forward: Forward): void {
    this.#forwarded.push({ from, forward })
  }

  #proposeOwn(status: RaftSummary, nowMs: number): void {
    const { proposals, proposeAll } = this.#options
    // Raft refuses proposals while leadership moves on.
    if (proposals.queued === 0 || status.leadTransferee !== 0) return
    const taken = proposals.take(status.term, nowMs)
    let at = 0
    for (const chunk of chunks(taken)) {
      if (!proposeAll(chunk.map(({ data }) => data))) break
      at += chunk.length
    }
    if (at < taken.length) proposals.putBack(taken.slice(at))
  }

  #sendToLeader(status: RaftSummary, nowMs: number): void {
    this.#forward(status, this.#options.proposals.take(status.term, nowMs))
  }

  #forward({ term, leader }: RaftSummary, pending: readonly Pending<Outcome>[]): void {
    const { proposals, transport } = this.#options
    const { origin, oldest } = proposals
    for (const chunk of chunks(pending)) {
      const forward = { term, origin, oldest, proposals: chunk.map(({ data }) => data) }
      transport.send(leader, encodeFrame({ kind: 'forward', ...forward }))
    }
  }

  #takeForwarded(from: MemberId, forward: Forward, status: RaftSummary): void {
    if (forward.term !== status.term || status.leadTransferee !== 0) {
      this.#refuse(from, forward.term, forward.proposals)
      return
    }
    const fresh = this.#forwards.fresh(from, forward)
    if (fresh.length === 0) return
    if (this.#options.proposeAll(fresh)) this.#forwards.took(from, forward, fresh)
    else this.#refuse(from, forward.term, fresh)
  }

  #refuseForwarded(): void {
    for (const { from, forward } of this.#forwarded) {
      this.#refuse(from, forward.term, forward.proposals)
    }
    this.#forwarded = []
  }

  #refuse(from: MemberId, term: Term, proposals: readonly Uint8Array[]): void {
    const sequences = proposals.map((data) => readCorrelation(data).sequence)
    this.#options.transport.send(from, encodeFrame({ kind: 'refused', term, sequences }))
  }
}

function* chunks<Outcome>(pending: readonly Pending<Outcome>[]): Iterable<Pending<Outcome>[]> {
  let chunk: Pending<Outcome>[] = []
  let bytes = 0
  for (const each of pending) {
    if (chunk.length > 0 && bytes + each.data.length > CHUNK_BYTES_MAX) {
      yield chunk
      chunk = []
      bytes = 0
    }
    chunk.push(each)
    bytes += each.data.length
  }
  if (chunk.length > 0) yield chunk
}
