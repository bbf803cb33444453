import { createHash } from 'node:crypto'
import type { RaftConfig } from '../../../src/raft/config.ts'
import {
  decodeConfChange,
  ConfChangeError,
  type Entry,
  type Message,
  RawNode,
  type RaftId,
  type ReadState,
  type Snapshot,
} from '../../../src/raft/index.ts'
import type { SimNetwork, SimPorts } from '../../../src/sim/index.ts'
import type { RaftCheckers } from './checkers.ts'
import { DurableLog, type LogRecord } from './durable-log.ts'

/** A rule that is broken on purpose, to prove that the simulation notices. */
export type Break = 'skipFsync' | 'commitOlderTerm'

export interface HostOptions {
  readonly id: RaftId
  readonly ports: SimPorts
  readonly network: SimNetwork<Message>
  readonly checkers: RaftCheckers
  readonly first: Snapshot
  readonly breaks: Break | undefined
  readonly raft: Pick<RaftConfig, 'maxMessageBytes' | 'maxInflightMessages'>
  readonly onError: (error: unknown) => void
  readonly onElected: () => void
  readonly trace: (line: string) => void
}

const TICK_MS = 10
const SNAPSHOT_EVERY = 40
const KEEP_BEHIND_SNAPSHOT = 10
const SNAPSHOT_REPORT_MS = 100

/** Runs one `RawNode` on a machine: writes, sends and applies what it asks for. */
export class RaftHost {
  readonly id: RaftId
  readonly #options: HostOptions
  readonly #log: DurableLog
  readonly #node: OpenNode
  #stateHash: string
  #applied: number
  #term: number
  #confState
  #writing = false
  readonly #appendWork: Message[] = []
  readonly #reads = new Map<string, number>()
  #readCount = 0
  #wasLeader = false
  #rewrite = false

  private constructor(options: HostOptions, log: DurableLog) {
    this.id = options.id
    this.#options = options
    this.#log = log
    const { metadata, data } = log.storage.kept()
    this.#stateHash = Buffer.from(data).toString()
    this.#applied = metadata.index
    this.#confState = metadata.confState
    this.#term = metadata.term
    log.storage.useStateOf(() => this.#snapshot())
    this.#node = new OpenNode(
      {
        id: options.id,
        storage: log.storage,
        electionTicks: 10,
        heartbeatTicks: 1,
        random: options.ports.random.fork('raft'),
        applied: metadata.index,
        asyncStorageWrites: true,
        checkQuorum: true,
        preVote: true,
        ...options.raft,
        trace: (event) => {
          if (event.kind === 'became' && event.role === 'leader') {
            options.checkers.leaderElected(options.id, event.term)
          }
        },
      },
      options.breaks,
    )
  }

  static async start(options: HostOptions): Promise<RaftHost> {
    const sync = options.breaks !== 'skipFsync'
    const log = await DurableLog.open({ disk: options.ports.disk, first: options.first, sync })
    const host = new RaftHost(options, log)
    host.#attach()
    return host
  }

  get isLeader(): boolean {
    return this.#node.status().role === 'leader'
  }

  get applied(): number {
    return this.#applied
  }

  get voters(): readonly RaftId[] {
    return this.#node.status().confState.voters
  }

  propose(value: string): void {
    this.#do(() => this.#node.propose(Buffer.from(value)))
  }

  /** Asks for a read; the checkers see its answer. */
  read(): void {
    const context = `${this.id}-${this.#readCount++}`
    this.#reads.set(context, this.#options.checkers.appliedMax)
    this.#do(() => this.#node.readIndex(Buffer.from(context)))
  }

  transfer(to: RaftId): void {
    this.#do(() => this.#node.transferLeadership(to))
  }

  change(changes: Parameters<RawNode['proposeConfChange']>[0]): void {
    this.#do(() => this.#node.proposeConfChange(changes))
  }

  #attach(): void {
    const { ports, network } = this.#options
    ports.lifetime.onEnd(() => network.detach(this.id))
    network.attach(this.id, {
      onPacket: (from, m) => {
        this.#options.trace(`${from}>${this.id} ${m.type} ${m.term} ${m.index} ${m.commit}`)
        this.#do(() => this.#node.step(m))
      },
      onDown: (peer) => this.#do(() => this.#node.peerDown(peer)),
      onUp: (peer) => this.#do(() => this.#node.peerUp(peer)),
    })
    ports.clock.every(TICK_MS, () =>
      this.#do(() => {
        this.#node.tick()
        this.#giveUpLead()
      }),
    )
  }

  /** A leader that is a voter no more hands over: it takes no proposals. */
  #giveUpLead(): void {
    const { role, confState, id } = this.#node.status()
    const [heir] = confState.voters
    if (role !== 'leader' || heir === undefined || confState.voters.includes(id)) return
    if (confState.votersOutgoing.length === 0) this.#node.transferLeadership(heir)
  }

  /** An input, then everything that comes of it. An error ends the simulation. */
  #do(input: () => void): void {
    if (!this.#options.ports.lifetime.alive) return
    try {
      input()
      this.#checkLeader()
      while (this.#node.hasReady()) this.#work()
    } catch (error) {
      this.#options.onError(error)
    }
  }

  #checkLeader(): void {
    const { isLeader } = this
    if (isLeader && !this.#wasLeader) {
      this.#node.checkLog(this.#options.checkers)
      this.#options.onElected()
    }
    this.#wasLeader = isLeader
  }

  #work(): void {
    const { readStates, messages } = this.#node.ready()
    for (const read of readStates) this.#answered(read)
    for (const m of messages) {
      if (m.type === 'storage-append') this.#appendWork.push(m)
      else if (m.type === 'storage-apply') this.#apply(m)
      else this.#send(m)
    }
    if (!this.#writing) void this.#write()
  }

  #answered(read: ReadState): void {
    const context = Buffer.from(read.context).toString()
    const asked = this.#reads.get(context)
    // A member that was killed asked under the same name: its read is nobody's now.
    if (asked === undefined) return
    this.#reads.delete(context)
    this.#options.checkers.readAnswered(this.id, read, asked)
  }

  #send(m: Message): void {
    this.#options.network.send(this.id, m.to, m)
    if (m.type !== 'snap') return
    this.#options.ports.clock.after(SNAPSHOT_REPORT_MS, () =>
      this.#do(() => this.#node.reportSnapshot(m.to, true)),
    )
  }

  /** The append thread: one write at a time with all that is queued, then their answers. */
  async #write(): Promise<void> {
    this.#writing = true
    while (this.#appendWork.length > 0) {
      const batch = this.#appendWork.splice(0)
      try {
        await this.#persist(batch)
      } catch (error) {
        this.#options.onError(error)
        return
      }
      this.#do(() => {
        for (const { responses } of batch) for (const m of responses) this.#deliver(m)
      })
    }
    this.#writing = false
  }

  #deliver(response: Message): void {
    if (response.to === this.id) this.#node.step(response)
    else this.#send(response)
  }

  async #persist(batch: readonly Message[]): Promise<void> {
    const { storage } = this.#log
    const records: LogRecord[] = []
    for (const m of batch) {
      const hardState = m.term > 0 ? { term: m.term, vote: m.vote, commit: m.commit } : undefined
      for (const entry of m.entries) this.#checkAppend(entry, m.entries)
      if (hardState) storage.setHardState(hardState)
      if (m.snapshot) {
        storage.applySnapshot(m.snapshot)
        this.#restore(m.snapshot)
        this.#rewrite = true
      }
      storage.append(m.entries)
      records.push({ ...(hardState && { hardState }), entries: m.entries })
    }
    if (this.#rewrite) {
      this.#rewrite = false
      await this.#log.rewrite()
    } else {
      await this.#log.append(records)
    }
  }

  #checkAppend(entry: Entry, batch: readonly Entry[]): void {
    const { storage } = this.#log
    const before = entry.index - 1
    if (before < storage.firstIndex() - 1) return
    const previous = batch.find((e) => e.index === before)?.term ?? storage.term(before)
    this.#options.checkers.appended(this.id, entry, previous)
  }

  #restore(snapshot: Snapshot): void {
    this.#stateHash = Buffer.from(snapshot.data).toString()
    this.#applied = snapshot.metadata.index
    this.#term = snapshot.metadata.term
    this.#confState = snapshot.metadata.confState
    this.#options.checkers.applied(this.id, this.#applied, {
      term: snapshot.metadata.term,
      stateHash: this.#stateHash,
    })
  }

  #apply(m: Message): void {
    for (const entry of m.entries) this.#applyEntry(entry)
    for (const response of m.responses) this.#node.step(response)
    this.#maybeSnapshot()
  }

  #applyEntry(entry: Entry): void {
    const { index, term, type, data } = entry
    this.#stateHash = createHash('md5').update(this.#stateHash).update(data).digest('hex')
    this.#applied = index
    this.#term = term
    if (type !== 'normal') {
      try {
        this.#confState = this.#node.applyConfChange(decodeConfChange(entry))
      } catch (error) {
        // Every member refuses it alike.
        if (!(error instanceof ConfChangeError)) throw error
      }
    }
    this.#options.trace(`${this.id} applied ${index} ${this.#stateHash}`)
    this.#options.checkers.applied(this.id, index, { term, stateHash: this.#stateHash })
  }

  #snapshot(): Snapshot {
    const metadata = { index: this.#applied, term: this.#term, confState: this.#confState }
    return { metadata, data: Buffer.from(this.#stateHash) }
  }

  #maybeSnapshot(): void {
    const { storage } = this.#log
    const durable = Math.min(this.#applied, storage.lastIndex())
    if (durable < this.#applied) return
    if (this.#applied - storage.kept().metadata.index < SNAPSHOT_EVERY) return
    storage.createSnapshot(this.#applied, this.#confState, Buffer.from(this.#stateHash))
    const to = this.#applied - KEEP_BEHIND_SNAPSHOT
    if (to >= storage.firstIndex()) storage.compact(to)
    // The log on disk is replaced with the next write.
    this.#rewrite = true
  }
}

/** A node that can be looked into, and broken. */
class OpenNode extends RawNode {
  constructor(config: RaftConfig, breaks: Break | undefined) {
    super(config)
    if (breaks !== 'commitOlderTerm') return
    const { raft } = this
    // Raft §5.4.2 says: count only entries of the current term.
    raft.maybeCommit = () => {
      const index = raft.membership.committed()
      if (index <= raft.log.committed || index === Number.POSITIVE_INFINITY) return false
      raft.log.commitTo(index)
      return true
    }
  }

  checkLog(checkers: RaftCheckers): void {
    const { log, id } = this.raft
    checkers.leaderLog(id, log.firstIndex(), (index) => log.term(index))
  }
}
