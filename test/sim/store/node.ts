import { type Disk, type Log, type MemberId, silentLog } from '../../../src/base/index.ts'
import {
  type AppliedEntry,
  type ClusterIdentity,
  type EtcdState,
  MemberRemovedError,
  openStore,
  type OpenStoreOptions,
  type OpenStore,
  type Outcome,
} from '../../../src/store/index.ts'
import {
  type PeerPacket,
  type SimClock,
  type SimMachine,
  type SimNetwork,
  SimPeerTransport,
  type SimPorts,
} from '../../../src/sim/index.ts'
import { AlarmType } from '../../../src/store/alarms/index.ts'
import { Violation } from '../world.ts'
import { quickHasher } from './administrator.ts'

/** A rule that is broken on purpose, to prove that the simulation notices. */
export type StoreBreak =
  | 'skipFsync'
  | 'staleRead'
  /** A member that was added begins as if it founded the cluster, and does not ask the leader. */
  | 'joinAsNew'

interface Applied {
  readonly by: MemberId
  readonly payload: Uint8Array
  readonly text: string
}

/** State equality: an entry does the same on every member, however often it is applied. */
export class AppliedEntries {
  readonly #seen = new Map<number, Applied>()
  readonly #texts = new WeakMap<object, string>()

  get last(): number {
    return Math.max(0, ...this.#seen.keys())
  }

  applied(by: MemberId, entry: AppliedEntry, outcome: Outcome, state: EtcdState): void {
    const { index, term, payload } = entry
    const error = outcome.kind === 'error' ? outcome.error.message : ''
    const what = `${outcome.kind} ${state.mvcc.revision} ${error}`
    const text = `${term} ${payload.length} ${what} ${this.#textOf(state.membership?.members)}`
    const known = this.#seen.get(index)
    if (!known) this.#seen.set(index, { by, payload, text })
    else if (known.text !== text || Buffer.compare(known.payload, payload) !== 0) {
      throw new Violation(
        `state equality at index ${index}: ${by} has ${text}, ${known.by} has ${known.text}`,
      )
    }
  }

  /** Members change seldom: the same list is written once. */
  #textOf(members: object | undefined): string {
    if (!members) return ''
    const text = this.#texts.get(members) ?? JSON.stringify(members)
    this.#texts.set(members, text)
    return text
  }
}

export interface NodeOptions {
  readonly id: MemberId
  readonly name: string
  readonly cluster: ClusterIdentity
  readonly machine: SimMachine
  readonly clock: SimClock
  readonly network: SimNetwork<PeerPacket>
  readonly applied: AppliedEntries
  readonly breaks: StoreBreak | undefined
  readonly log?: Log
  readonly onUp: (node: StoreNode) => void
  readonly onLeader: () => void
  readonly onError: (error: unknown) => void
  /** It was removed from its cluster, and ends. */
  readonly onRemoved?: () => void
  readonly etcd?: OpenStoreOptions['etcd']
  /** Default: quick elections. */
  readonly timing?: OpenStoreOptions['timing']
  readonly archiveFolder?: string
}

const TIMING = { tickMs: 10, electionTicks: 20, heartbeatTicks: 4, peerDownTicksMax: 4 }
/** Small, so that logs are cut and snapshots sent in every run. */
const LOG_LIMITS = {
  flushEntries: 40,
  flushBytes: 64 * 1024,
  catchUpEntries: 20,
  catchUpBytes: 64 * 1024,
  segmentBytes: 16 * 1024,
}
const REQUEST_TIMEOUT_MS = 2000

/** One store member on its machine, through all its lives. */
export class StoreNode {
  readonly id: MemberId
  readonly #options: NodeOptions
  #open: OpenStore | undefined
  #ports: SimPorts | undefined

  constructor(options: NodeOptions) {
    this.id = options.id
    this.#options = options
  }

  /** The running member, once it is open. */
  get open(): OpenStore | undefined {
    return this.#open
  }

  /** What its process was handed at its last start. */
  get ports(): SimPorts | undefined {
    return this.#ports
  }

  get isLeader(): boolean {
    return this.#open?.member.status().role === 'leader'
  }

  /** Whether its alarm says that it has no space. */
  get isOutOfSpace(): boolean {
    const alarm = { memberId: BigInt(this.id), alarm: AlarmType.noSpace }
    return this.#open?.state.alarms.has(alarm) ?? false
  }

  start(): void {
    const { machine, name, cluster, clock, network, breaks, archiveFolder } = this.#options
    const ports = machine.boot()
    this.#ports = ports
    const transport = new SimPeerTransport({
      id: this.id,
      clock,
      network,
      lifetime: ports.lifetime,
    })
    openStore({
      cluster,
      name,
      dataFolder: 'data',
      ...(archiveFolder !== undefined && { archiveFolder }),
      disk: breaks === 'skipFsync' ? forgetfulDisk(ports.disk) : ports.disk,
      openEngine: ports.openEngine,
      clock: ports.clock,
      random: ports.random,
      log: this.#options.log ?? silentLog,
      transport,
      timing: this.#options.timing ?? TIMING,
      logLimits: LOG_LIMITS,
      requestTimeoutMs: REQUEST_TIMEOUT_MS,
      etcd: { ...this.#options.etcd, auth: { hasher: quickHasher } },
      onState: (state) => this.#observe(state),
      onFatal: (error) => this.#ended(error),
    }).then(
      (open) => {
        if (ports.lifetime.alive) this.#opened(open)
      },
      (error: unknown) => this.#ended(error),
    )
  }

  kill(): void {
    this.close()
    this.#options.machine.kill()
  }

  /** Its process ends. */
  close(): void {
    this.#open = undefined
  }

  #ended(error: unknown): void {
    const { onRemoved, onError } = this.#options
    if (onRemoved && error instanceof MemberRemovedError) onRemoved()
    else onError(error)
  }

  #opened(open: OpenStore): void {
    this.#open = open
    const { cluster, name, onError } = this.#options
    if (cluster.joining) {
      open.store.publish({ name, clientUrls: [`https://${name}:2379`] }).catch(onError)
    }
    open.member.onLeadership(({ role }) => {
      if (role === 'leader') this.#options.onLeader()
    })
    this.#options.onUp(this)
  }

  #observe(state: EtcdState): void {
    const apply = state.apply.bind(state)
    state.apply = (entry) => {
      const outcome = apply(entry)
      this.#options.applied.applied(this.id, entry, outcome, state)
      return outcome
    }
  }
}

/** A disk that says it synced, and did not. */
function forgetfulDisk(disk: Disk): Disk {
  return {
    open: async (path, options) => {
      const file = await disk.open(path, { ...options, dataSync: false })
      return {
        read: (offset, length) => file.read(offset, length),
        write: (offset, data) => file.write(offset, data),
        sync: async () => {},
        truncate: (size) => file.truncate(size),
        size: () => file.size(),
        close: () => file.close(),
      }
    },
    readFile: (path) => disk.readFile(path),
    writeFileAtomic: (path, data) => disk.writeFileAtomic(path, data),
    rename: (from, to) => disk.rename(from, to),
    remove: (path) => disk.remove(path),
    mkdir: (path) => disk.mkdir(path),
    list: (path) => disk.list(path),
    stat: (path) => disk.stat(path),
    syncFolder: (path) => disk.syncFolder(path),
  }
}
