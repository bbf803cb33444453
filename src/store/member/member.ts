import {
  DiskError,
  type KvError,
  type MemberId,
  type PeerReceiver,
  type Timer,
} from '../../base/index.ts'
import {
  APPEND_THREAD,
  APPLY_THREAD,
  type Message,
  type RawNode,
  type Ready,
} from '../../raft/index.ts'
import type {
  ClusterMember,
  Member,
  MemberProgress,
  MemberStatus,
  Waiting,
} from '../member-types.ts'
import { confStateOf, encodeMemberChange, type MemberChange } from '../membership/index.ts'
import { Appender } from './appender.ts'
import { type AnswerAsk, Asks } from './asks.ts'
import { Applier, type ApplierParts } from './applier.ts'
import { Compactor } from './compactor.ts'
import { payloadBytes } from './correlation.ts'
import { EagerElection } from './eager-election.ts'
import { entryOf, isMemberChange, removedBy } from './entries.ts'
import { MemberRemovedError, memberErrors } from './errors.ts'
import { Handover } from './handover.ts'
import { Leadership } from './leadership.ts'
import { Leaving } from './leaving.ts'
import { incoming } from './incoming.ts'
import type { MemberLog } from './member-log.ts'
import { openLog, openNode } from './open-node.ts'
import {
  LOG_LIMITS_DEFAULT,
  type MemberOptions,
  type MemberTiming,
  REQUEST_BYTES_MAX_DEFAULT,
  REQUEST_TIMEOUT_MS_DEFAULT,
  TIMING_DEFAULT,
} from './options.ts'
import { PeerBook } from './peer-book.ts'
import { Outbox } from './outbox.ts'
import { ProposalFlow } from './proposal-flow.ts'
import { Proposals } from './proposals.ts'
import { Reads } from './reads.ts'
import { type Recovered, recover } from './recover.ts'
import { SlowDisk } from './slow-disk.ts'
import { SnapshotReceiver, SnapshotSender } from './snapshots.ts'
import { Turns } from './turns.ts'

const READ_REPEAT_MS = 250

/** Opens a member's data folder and takes part in its group. See `recover` for what it throws. */
export async function openMember<Outcome>(
  options: MemberOptions<Outcome>,
): Promise<RaftMember<Outcome>> {
  const recovered = await recover(options)
  const { disk, dataFolder } = options
  const receiver = new SnapshotReceiver({ disk, folder: `${dataFolder}/snap` })
  await receiver.open()
  return new RaftMember(options, recovered, receiver)
}

/**
 * The Ready loop: ticks, frames and proposals go into `RawNode`; what it says goes to
 * the disk, the peers and the state machine, in turns (`turns.ts`).
 */
export class RaftMember<Outcome> implements Member<Outcome> {
  readonly #options: MemberOptions<Outcome>
  readonly #timing: MemberTiming
  readonly #timeoutMs: number
  readonly #node: RawNode
  readonly #wal: Recovered['wal']
  readonly #log: MemberLog
  readonly #appender: Appender
  readonly #compactor: Compactor<Outcome>
  readonly #proposals: Proposals<Outcome>
  readonly #flow: ProposalFlow<Outcome>
  readonly #reads: Reads
  readonly #outbox: Outbox
  readonly #sender: SnapshotSender
  readonly #eager: EagerElection
  readonly #leadership: Leadership
  readonly #slowDisk: SlowDisk
  readonly #handover: Handover
  readonly #peers: PeerBook
  readonly #asks: Asks
  readonly #ticks: Timer
  readonly #applier: Applier<Outcome>
  readonly #parts: ApplierParts<Outcome>
  readonly #turns = new Turns({
    turn: () => this.#turn(),
    onFatal: (error) => this.#fail(error),
  })
  readonly #leaving: Leaving
  #tickCount = 0
  #closing = false
  /** The disk failed: nothing more is written. */
  #broken = false
  #whyStopped: KvError = memberErrors.stopped()

  /** For `openMember`. */
  constructor(options: MemberOptions<Outcome>, recovered: Recovered, receiver: SnapshotReceiver) {
    const { clock, transport, self, stateMachine } = options
    this.#options = options
    this.#timing = { ...TIMING_DEFAULT, ...options.timing }
    this.#timeoutMs = options.requestTimeoutMs ?? REQUEST_TIMEOUT_MS_DEFAULT
    this.#wal = recovered.wal
    this.#applier = new Applier(options, recovered.membership, () => this.#followMembers())
    const electionMs = this.#timing.electionTicks * this.#timing.tickMs
    this.#leaving = this.#openLeaving(electionMs)
    this.#leadership = new Leadership({
      log: options.log,
      term: recovered.hardState.term,
      nowMs: clock.monotonicMs(),
      electionMs,
      delays: options.delays,
    })
    this.#slowDisk = new SlowDisk({ self: self.id, electionMs })
    this.#log = openLog(options, recovered, this.#applier)
    this.#node = openNode(options, this.#log)
    this.#appender = new Appender({
      wal: recovered.wal,
      log: this.#log,
      hardState: recovered.hardState,
      install: (snapshot) => this.#applier.install(snapshot, this.#parts),
      deliver: (responses) => this.#deliver(responses),
      onIdle: () => this.#turns.schedule(),
      onFatal: (error) => this.#fail(error),
    })
    this.#compactor = new Compactor({
      stateMachine,
      appender: this.#appender,
      log: this.#log,
      limits: { ...LOG_LIMITS_DEFAULT, ...options.logLimits },
      onFatal: (error) => this.#fail(error),
    })
    const random = options.random.fork('member')
    this.#proposals = new Proposals({ proposer: self.id, random })
    this.#flow = new ProposalFlow({
      proposals: this.#proposals,
      transport,
      status: () => this.#node.summary(),
      proposeAll: (data) => this.#proposeAll(data),
      writing: () => this.#appender.busy,
    })
    this.#reads = new Reads(options, (context) => this.#node.readIndex(context))
    this.#outbox = new Outbox({ clock, transport })
    this.#parts = {
      node: this.#node,
      compactor: this.#compactor,
      proposals: this.#proposals,
      receiver,
      outbox: this.#outbox,
    }
    this.#sender = new SnapshotSender({
      transport,
      log: options.log,
      take: () => stateMachine.snapshot(),
      describe: (state) => this.#applier.describe(state),
      onDone: (to, arrived) => this.#turns.run(() => this.#node.reportSnapshot(to, arrived)),
    })
    const voters = () => confStateOf(this.#applier.membership).voters.length
    this.#eager = new EagerElection({ random, voters })
    this.#handover = this.#openHandover()
    this.#peers = new PeerBook({ self: self.id, transport, clock })
    this.#asks = new Asks({ transport, origin: this.#proposals.origin })
    transport.receive(this.#incoming(receiver))
    this.#peers.follow(this.#applier.membership)
    this.#ticks = clock.every(this.#timing.tickMs, () => this.#tick())
    this.#tick()
  }

  propose(payload: readonly Uint8Array[], call: Waiting): Promise<Outcome> {
    if (this.#turns.stopped) return Promise.reject(this.#whyStopped)
    const bytesMax = this.#options.requestBytesMax ?? REQUEST_BYTES_MAX_DEFAULT
    if (payloadBytes(payload) > bytesMax) return Promise.reject(memberErrors.tooLarge())
    this.#turns.schedule()
    return this.#proposals.add(payload, this.#nowMs(), call)
  }

  linearize(call: Waiting): Promise<void> {
    if (this.#turns.stopped) return Promise.reject(this.#whyStopped)
    this.#turns.schedule()
    return this.#reads.add(this.#nowMs(), call)
  }

  status(): MemberStatus {
    const { cluster, self, stateMachine } = this.#options
    const { role, isLearner, leader, term, commit } = this.#node.summary()
    return {
      clusterId: cluster.clusterId,
      id: self.id,
      name: self.name,
      role: isLearner ? 'learner' : role,
      leader,
      term,
      commitIndex: commit,
      appliedIndex: stateMachine.appliedIndex,
    }
  }

  members(): readonly ClusterMember[] {
    return this.#applier.membership.members
  }

  changeMembers(change: MemberChange, options: { signal: AbortSignal }): Promise<Outcome> {
    return this.propose([encodeMemberChange(change)], options)
  }

  upForMs(id: MemberId): number | undefined {
    return this.#peers.upForMs(id)
  }

  diskHasRoom(): Promise<boolean> {
    return this.#wal.hasRoom()
  }

  progress(): ReadonlyMap<MemberId, MemberProgress> | undefined {
    const { role, progress } = this.#node.status()
    if (role !== 'leader') return undefined
    const all = [...progress].map(([id, { match, recentActive }]): [number, MemberProgress] => {
      return [id, { match, isActive: recentActive }]
    })
    return new Map(all)
  }

  ask(
    question: { to: MemberId; topic: string; body: Uint8Array },
    { signal }: { signal: AbortSignal },
  ): Promise<Uint8Array> {
    if (this.#turns.stopped) return Promise.reject(this.#whyStopped)
    return this.#asks.ask(question, { nowMs: this.#nowMs(), signal })
  }

  answer(topic: string, handler: AnswerAsk): void {
    this.#asks.handle(topic, handler)
  }

  transferLeadership(to: MemberId, options: { signal: AbortSignal }): Promise<void> {
    return this.#handover.transfer(to, options)
  }

  onLeadership(listener: (status: MemberStatus) => void): () => void {
    return this.#leadership.listen(listener)
  }

  /**
   * Hands leadership over, ends all waits with "server stopped", makes the state durable and closes
   * the log. State machine and transport are the caller's to close afterwards.
   */
  async stop(): Promise<void> {
    if (this.#closing) return
    this.#closing = true
    if (!this.#turns.stopped) await this.#handOver()
    this.#halt()
    await this.#compactor.idle()
    await this.#appender.finish()
    if (!this.#broken) await this.#options.stateMachine.flush()
    await this.#wal.close()
  }

  #openHandover(): Handover {
    return new Handover({
      self: this.#options.self.id,
      clock: this.#options.clock,
      timing: this.#timing,
      node: this.#node,
      eager: this.#eager,
      members: () => this.members(),
      run: (input) => this.#turns.run(input),
      stopped: () => (this.#turns.stopped ? this.#whyStopped : undefined),
    })
  }

  #openLeaving(electionMs: number): Leaving {
    const { clock, log } = this.#options
    return new Leaving({
      clock,
      log,
      electionMs,
      stopped: () => this.#turns.stopped,
      handOver: () => this.#handOver(),
      end: (why) => this.#fail(why),
    })
  }

  #incoming(receiver: SnapshotReceiver): PeerReceiver {
    return incoming({
      options: this.#options,
      turns: this.#turns,
      node: this.#node,
      flow: this.#flow,
      proposals: this.#proposals,
      asks: this.#asks,
      applier: this.#applier,
      receiver,
      eager: this.#eager,
      peers: this.#peers,
      onRemoved: () => void this.#leaving.begin(),
    })
  }

  #tick(): void {
    this.#turns.run(() => {
      const nowMs = this.#nowMs()
      this.#leadership.ticked(nowMs, this.#timing.heartbeatTicks * this.#timing.tickMs)
      this.#node.tick()
      if (this.#eager.due(this.#leadership.leader)) this.#node.campaign()
      const expired = (startMs: number) => this.#leadership.timeoutError(startMs)
      const untilMs = nowMs - this.#leadership.patienceMs(nowMs, this.#timeoutMs)
      this.#proposals.expire(untilMs, expired)
      this.#proposals.sweep()
      this.#reads.expire(untilMs, expired)
      this.#reads.repeat(nowMs - READ_REPEAT_MS, nowMs)
      this.#asks.expire(untilMs, expired)
      this.#flow.flush({ nowMs, force: true })
      this.#flow.offerRefused(nowMs)
      if (++this.#tickCount % this.#timing.heartbeatTicks > 0) return
      this.#flow.resend(nowMs)
      this.#mindDisk(nowMs)
    })
  }

  #turn(): void {
    const nowMs = this.#nowMs()
    this.#flow.flush({ nowMs, force: false })
    if (this.#leadership.leader !== 0) this.#reads.start(nowMs)
    while (this.#node.hasReady()) this.#handle(this.#node.ready())
    this.#outbox.flush()
    this.#reads.applied(this.#options.stateMachine.appliedIndex)
  }

  #handle(ready: Ready): void {
    if (ready.softState || (ready.hardState && ready.hardState.term !== this.#leadership.term)) {
      this.#noteLeadership()
    }
    for (const state of ready.readStates) this.#reads.answered(state)
    for (const message of ready.messages) {
      if (message.to === APPEND_THREAD) this.#appender.append(message)
      else if (message.to === APPLY_THREAD) this.#apply(message)
      else if (message.type === 'snap') this.#sender.send(message)
      else this.#outbox.add(message)
    }
  }

  #deliver(responses: readonly Message[]): void {
    for (const message of responses) {
      if (message.to === this.#options.self.id) this.#node.step(message)
      else this.#outbox.add(message)
    }
    this.#turns.schedule()
  }

  #apply({ entries, responses }: Message): void {
    for (const entry of entries) this.#applier.apply(entry, this.#parts)
    for (const response of responses) this.#node.step(response)
    this.#log.pack(this.#options.stateMachine.appliedIndex)
  }

  /**
   * Changes of the members are entries of their own kind, of which Raft takes one at a time. A
   * leader that is to be removed makes way first: its successor does it.
   */
  #proposeAll(data: readonly Uint8Array[]): boolean {
    const changes = data.filter(isMemberChange)
    if (changes.length > 1 || (changes.length > 0 && this.#node.isChanging)) return false
    const [change] = changes
    if (change && removedBy(change) === this.#options.self.id && this.#handover.begin())
      return false
    return this.#node.proposeEntries(data.map(entryOf)) === 'accepted'
  }

  #followMembers(): void {
    const { membership } = this.#applier
    const { tickMs, heartbeatTicks } = this.#timing
    this.#peers.follow(membership, 2 * heartbeatTicks * tickMs)
    if (membership.removed.includes(this.#options.self.id)) void this.#leaving.begin()
  }

  #noteLeadership(): void {
    const nowMs = this.#nowMs()
    // What was asked of the old leader is asked again at once.
    if (this.#leadership.note(this.status(), nowMs)) this.#reads.repeat(nowMs, nowMs)
  }

  #mindDisk(nowMs: number): void {
    if (!this.#slowDisk.shouldMakeWay(this.#node.status(), nowMs)) return
    if (!this.#handover.begin()) return
    this.#slowDisk.madeWay(nowMs)
    this.#options.log.warn("this leader's disk is slower than the others': another shall lead")
  }

  async #handOver(): Promise<void> {
    await this.#handover.finish()
    // What still has to leave: the last messages that the new leader needs.
    this.#outbox.flush()
  }

  #halt(): void {
    this.#turns.stop()
    this.#ticks.cancel()
    this.#sender.stop()
    this.#outbox.close()
    this.#peers.close()
    this.#proposals.failAll(this.#whyStopped)
    this.#reads.failAll(this.#whyStopped)
    this.#asks.failAll(this.#whyStopped)
  }

  #fail(error: unknown): void {
    if (this.#turns.stopped) return
    this.#broken = !(error instanceof MemberRemovedError)
    this.#options.log.error('the member cannot go on', { error })
    const isFull = error instanceof DiskError && error.code === 'no-space'
    if (isFull) this.#whyStopped = memberErrors.diskFull()
    this.#halt()
    this.#options.onFatal?.(error)
  }

  #nowMs(): number {
    return this.#options.clock.monotonicMs()
  }
}
