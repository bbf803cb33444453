import { setMaxListeners } from 'node:events'
import { type Clock, type MemberId, silentLog } from '../../../src/base/index.ts'
import { createClient } from '../../../src/client/index.ts'
import {
  FaultInjector,
  type FaultPlan,
  type FaultTarget,
  Lifetime,
  planFaults,
  planWeather,
  type PeerPacket,
  SeededRandom,
  SimClock,
  SimMachine,
  SimNetwork,
  Trace,
} from '../../../src/sim/index.ts'
import { clusterIdentity } from '../../../src/store/index.ts'
import { Violation } from '../raft/checkers.ts'
import type { RunResult } from '../raft/world.ts'
import { AppliedEntries, StoreNode } from '../store/node.ts'
import { unsettled } from './end-state.ts'
import { type Server, SimHttp } from './http.ts'
import { type ClusterBreak, startMaster } from './master.ts'
import { startNodes } from './nodes.ts'
import { Observer } from './observer.ts'
import { User } from './user.ts'

export interface ClusterRunOptions {
  readonly breaks?: ClusterBreak
  /** Virtual milliseconds with faults. Default 20,000. */
  readonly faultyMs?: number
  readonly listener?: (line: string) => void
}

// Many wait on one signal by design: loops, watches, requests.
setMaxListeners(0)

const START_MS = Date.UTC(2026, 0, 1)
const BOOT_MS = 20_000
const RECOVERY_MS = 240_000
/** How long nothing may be written once all is as it should be. */
const REST_MS = 40_000
/** Masters need seconds to elect controllers: faults come so much slower than the store's own. */
const SLOWNESS = 3
const REWATCH_MS = 20
const USERS = 2

/** One run of a whole cluster: three masters, hollow nodes and users, under the faults of a seed. */
export async function simulateCluster(
  seed: number,
  options: ClusterRunOptions = {},
): Promise<RunResult> {
  const world = new ClusterWorld(seed, options)
  const failure = await world.run()
  return { seed, failure, traceHash: world.trace.digest(), stats: world.stats() }
}

class ClusterWorld implements FaultTarget {
  readonly ids: readonly MemberId[]
  readonly trace: Trace
  readonly #options: ClusterRunOptions
  readonly #random: SeededRandom
  readonly #clock: SimClock
  readonly #network: SimNetwork<PeerPacket>
  readonly #http: SimHttp
  readonly #machines = new Map<MemberId, SimMachine>()
  readonly #nodes = new Map<MemberId, StoreNode>()
  readonly #servers = new Map<MemberId, Server>()
  readonly #observer = new Observer((line) => this.#record(line))
  readonly #users: User[] = []
  #followed: MemberId | undefined
  #failure: string | undefined
  #faults = 0
  #elections = 0
  #isOver = false
  #usersBusy = 0
  #onLeader: (id: MemberId) => void = () => {}

  constructor(seed: number, options: ClusterRunOptions) {
    this.#options = options
    this.#random = new SeededRandom(`cluster-${seed}`)
    this.trace = new Trace(options.listener)
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    const clock = new SimClock({ startMs: START_MS, turn })
    this.#clock = clock
    const weather = planWeather(this.#random)
    this.#network = new SimNetwork({ clock, random: this.#random.fork('network'), weather })
    this.#http = new SimHttp({
      clock,
      random: this.#random.fork('http'),
      weather: { delayMsMax: weather.delayMsMax, resetRate: 0.01, streamMsMean: 8000 },
    })
    const cluster = clusterIdentity({
      clusterToken: 'simulation',
      members: ['m1', 'm2', 'm3'].map((name) => ({
        name,
        peerUrls: [`https://${name}:2380`],
        clientUrls: [`https://${name}:2379`],
      })),
    })
    this.ids = cluster.members.map(({ id }) => id)
    const applied = new AppliedEntries()
    for (const { id, name } of cluster.members) {
      const machine = new SimMachine({ name, clock, random: this.#random })
      this.#machines.set(id, machine)
      const node = new StoreNode({
        id,
        name,
        cluster,
        machine,
        clock,
        network: this.#network,
        applied,
        breaks: undefined,
        onUp: (up) => this.#startMaster(up, name),
        onLeader: () => {
          this.#elections++
          this.#onLeader(id)
        },
        onError: (error) => this.#fail(error),
      })
      this.#nodes.set(id, node)
    }
  }

  stats(): Record<string, number> {
    return {
      events: this.#clock.fired,
      faults: this.#faults,
      elections: this.#elections,
      acts: this.#users.reduce((sum, user) => sum + user.done, 0),
      revisions: this.#observer.next - 1,
    }
  }

  async run(): Promise<string | undefined> {
    process.setUncaughtExceptionCaptureCallback((error) => this.#fail(error))
    try {
      await this.#run()
    } catch (error) {
      this.#fail(error)
    } finally {
      process.setUncaughtExceptionCaptureCallback(null)
      this.#isOver = true
      for (const id of this.ids) this.kill(id)
    }
    return this.#failure
  }

  async #run(): Promise<void> {
    for (const id of this.ids) this.start(id)
    this.#observe()
    const onError = (error: unknown) => this.#fail(error)
    const log = silentLog
    const transport = this.#http.client(() => this.#all(), 0)
    startNodes({ clock: this.#clock, random: this.#random.fork('nodes'), log, transport, onError })
    await this.#until('the cluster starts', BOOT_MS, () => this.#isStarted())
    for (let i = 1; i <= USERS; i++) this.#startUser(i)
    const injector = new FaultInjector({
      clock: this.#clock,
      random: this.#random.fork('faults'),
      plan: slower(planFaults(this.#random)),
      target: this,
      report: (line) => this.#record(`fault ${line}`),
    })
    injector.start()
    this.#onLeader = (id) => injector.leaderElected(id)
    await this.#clock.run({
      forMs: this.#options.faultyMs ?? 20_000,
      until: () => this.#failure !== undefined,
    })
    injector.stop()
    this.#isOver = true
    Object.assign(this.#network.weather, { lossRate: 0, stallRate: 0 })
    Object.assign(this.#http.weather, { resetRate: 0, streamMsMean: 0 })
    await this.#settle()
  }

  /** Without faults all comes to what the users asked for, and then nothing is written any more. */
  async #settle(): Promise<void> {
    await this.#until('the users are done', RECOVERY_MS, () => this.#usersBusy === 0)
    await this.#until('all is as it should be', RECOVERY_MS, () => {
      return this.#isLevel() && unsettled(this.#observer).length === 0
    })
    if (this.#failure !== undefined) return
    // Statuses may follow the state that they tell.
    await this.#clock.run({ forMs: REST_MS / 4 })
    this.#observer.written.length = 0
    await this.#clock.run({ forMs: REST_MS, until: () => this.#failure !== undefined })
    const written = [...new Set(this.#observer.written)]
    if (written.length > 0) {
      this.#fail(new Violation(`zero writes at rest: ${written.slice(0, 5).join(', ')}`))
    }
    this.#record(`end ${this.#observer.next}`)
  }

  async #until(what: string, forMs: number, holds: () => boolean): Promise<void> {
    if (this.#failure !== undefined) return
    let checkedMs = 0
    await this.#clock.run({
      forMs,
      until: () => {
        if (this.#failure !== undefined) return true
        // Looking at everything after each event would be slow.
        if (this.#clock.elapsedMs - checkedMs < 50) return false
        checkedMs = this.#clock.elapsedMs
        return holds()
      },
    })
    if (this.#failure !== undefined || holds()) return
    const why = unsettled(this.#observer).slice(0, 4).join('; ')
    this.#fail(new Violation(`liveness: it does not happen that ${what}: ${why}`))
  }

  #isStarted(): boolean {
    const nodes = this.#observer.ofKind('Node')
    const accounts = this.#observer.ofKind('ServiceAccount')
    return nodes.length >= 5 && accounts.some(({ metadata }) => metadata.namespace === 'default')
  }

  /** The observer has seen what every member has. */
  #isLevel(): boolean {
    const open = this.ids.flatMap((id) => this.#node(id).open ?? [])
    if (open.length < this.ids.length) return false
    return open.every(({ state }) => state.mvcc.revision === this.#observer.next - 1)
  }

  #startUser(number: number): void {
    const random = this.#random.fork(`user-${number}`)
    const clock: Clock = this.#clock.of(new Lifetime(), { offsetMs: 0 })
    const transport = this.#http.client(() => this.#all(), number)
    const client = createClient({ transport, clock, random: random.fork('client'), log: silentLog })
    const user = new User({ client, clock, random })
    this.#users.push(user)
    this.#usersBusy++
    user
      .run(() => this.#isOver)
      .then(
        () => this.#usersBusy--,
        (error: unknown) => this.#fail(error),
      )
  }

  #all(): (Server | undefined)[] {
    return this.ids.map((id) => this.#servers.get(id))
  }

  #startMaster(node: StoreNode, name: string): void {
    const { open, ports } = node
    if (!open || !ports) return
    const onError = (error: unknown) => this.#fail(error)
    const { breaks } = this.#options
    this.#servers.set(node.id, startMaster(name, open, { ports, log: silentLog, breaks, onError }))
  }

  /** Follows some member; when it dies, another. */
  #observe(): void {
    const next = async () => {
      const id = this.ids.find((each) => this.#node(each).open)
      const store = id === undefined ? undefined : this.#node(id).open?.store
      if (store) {
        this.#followed = id
        try {
          await this.#observer.follow(store)
        } catch (error) {
          this.#fail(error)
        }
      }
      if (this.#failure === undefined) this.#clock.schedule(REWATCH_MS, () => void next())
    }
    void next()
  }

  isUp(id: MemberId): boolean {
    return this.#machine(id).isUp
  }

  leader(): MemberId | undefined {
    return this.ids.find((id) => this.#node(id).isLeader)
  }

  start(id: MemberId): void {
    this.#node(id).start()
  }

  powerFail(id: MemberId): void {
    this.#cutOff(id)
    this.#node(id).powerFail()
  }

  kill(id: MemberId): void {
    this.#cutOff(id)
    this.#node(id).kill()
  }

  partition(isCut: (from: MemberId, to: MemberId) => boolean): void {
    this.#network.partition(this.ids, isCut)
  }

  heal(): void {
    this.#network.heal()
  }

  reset(a: MemberId, b: MemberId): void {
    this.#network.reset(a, b)
  }

  jumpClock(id: MemberId, byMs: number): void {
    this.#machine(id).jumpClock(byMs)
  }

  setDiskSlowness(id: MemberId, factor: number): void {
    this.#machine(id).disk.slowness = factor
  }

  #cutOff(id: MemberId): void {
    this.#servers.delete(id)
    if (this.#followed === id) this.#observer.disconnect()
  }

  #record(line: string): void {
    if (line.startsWith('fault')) this.#faults++
    this.trace.record(`${this.#clock.elapsedMs.toFixed(3)} ${line}`)
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#failure = error instanceof Violation ? error.message : `crash: ${text}`
    this.#record(this.#failure)
  }

  #node(id: MemberId): StoreNode {
    const node = this.#nodes.get(id)
    if (!node) throw new Error(`no node ${id}`)
    return node
  }

  #machine(id: MemberId): SimMachine {
    const machine = this.#machines.get(id)
    if (!machine) throw new Error(`no machine ${id}`)
    return machine
  }
}

function slower(plan: FaultPlan): FaultPlan {
  const { powerFailMs, killMs, partitionMs, resetMs, clockJumpMs, slowDiskMs } = plan
  const times = { powerFailMs, killMs, partitionMs, resetMs, clockJumpMs, slowDiskMs }
  const slow = Object.entries(times).map(([name, ms]) => [name, ms * SLOWNESS])
  return { ...plan, ...Object.fromEntries(slow) }
}
