import {
  emptyConfState,
  type Message,
  type RaftId,
  type Snapshot,
} from '../../../src/raft/index.ts'
import {
  FaultInjector,
  type FaultPlan,
  type FaultTarget,
  planFaults,
  planWeather,
  SeededRandom,
  SimClock,
  SimMachine,
  SimNetwork,
  Trace,
} from '../../../src/sim/index.ts'
import { RaftCheckers, Violation } from './checkers.ts'
import { type Break, type HostOptions, RaftHost } from './host.ts'

export interface RaftRunOptions {
  readonly breaks?: Break
  /** Virtual milliseconds with faults. Default 8000. */
  readonly faultyMs?: number
  /** Gets every line of the trace. */
  readonly listener?: (line: string) => void
}

export interface RunResult {
  readonly seed: number
  /** What went wrong; undefined for nothing. */
  readonly failure: string | undefined
  readonly traceHash: string
  readonly stats: Readonly<Record<string, number>>
}

const START_MS = Date.UTC(2026, 0, 1)
const RECOVERY_MS = 20_000

/** One run of a group of `RawNode`s under the faults of a seed. */
export async function simulateRaft(seed: number, options: RaftRunOptions = {}): Promise<RunResult> {
  const world = new RaftWorld(seed, options)
  const failure = await world.run()
  return { seed, failure, traceHash: world.trace.digest(), stats: world.stats() }
}

class RaftWorld implements FaultTarget {
  readonly ids: readonly RaftId[]
  readonly trace: Trace
  readonly #options: RaftRunOptions
  readonly #random: SeededRandom
  readonly #clock: SimClock
  readonly #network: SimNetwork<Message>
  readonly #checkers = new RaftCheckers()
  readonly #machines = new Map<RaftId, SimMachine>()
  readonly #hosts = new Map<RaftId, RaftHost>()
  readonly #first: Snapshot
  readonly #plan: FaultPlan
  #failure: string | undefined
  #proposals = 0
  #onElected: (id: RaftId) => void = () => {}
  #faults = 0

  constructor(seed: number, options: RaftRunOptions) {
    this.#options = options
    this.#random = new SeededRandom(seed)
    this.trace = new Trace(options.listener)
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    this.#clock = new SimClock({ startMs: START_MS, turn })
    this.#network = new SimNetwork({
      clock: this.#clock,
      random: this.#random.fork('network'),
      weather: planWeather(this.#random),
    })
    this.#plan = planFaults(this.#random)
    const size = this.#random.fork('size').pick([3, 3, 5])
    this.ids = Array.from({ length: size }, (_, i) => i + 1)
    const confState = { ...emptyConfState, voters: this.ids }
    this.#first = { metadata: { index: 1, term: 1, confState }, data: Buffer.from('') }
    for (const id of this.ids) {
      const name = `machine-${id}`
      this.#machines.set(id, new SimMachine({ name, clock: this.#clock, random: this.#random }))
    }
  }

  stats(): Record<string, number> {
    return {
      members: this.ids.length,
      events: this.#clock.fired,
      faults: this.#faults,
      terms: this.#checkers.terms,
      applied: this.#checkers.appliedMax,
    }
  }

  async run(): Promise<string | undefined> {
    for (const id of this.ids) this.start(id)
    const injector = new FaultInjector({
      clock: this.#clock,
      random: this.#random.fork('faults'),
      plan: this.#plan,
      target: this,
      report: (line) => this.#record(`fault ${line}`),
    })
    injector.start()
    this.#onElected = (id) => injector.leaderElected(id)
    this.#drive()
    const hasFailed = () => this.#failure !== undefined
    await this.#clock.run({ forMs: this.#options.faultyMs ?? 8000, until: hasFailed })
    if (hasFailed()) return this.#failure
    injector.stop()
    Object.assign(this.#network.weather, { lossRate: 0, stallRate: 0 })
    await this.#recover(hasFailed)
    return this.#failure
  }

  isUp(id: RaftId): boolean {
    return this.#machine(id).isUp
  }

  leader(): RaftId | undefined {
    return this.#live().find((host) => host.isLeader)?.id
  }

  start(id: RaftId): void {
    void RaftHost.start({
      id,
      ports: this.#machine(id).boot(),
      network: this.#network,
      checkers: this.#checkers,
      first: this.#first,
      breaks: this.#options.breaks,
      raft: this.#flow(),
      onError: (error) => this.#fail(error),
      onElected: () => this.#onElected(id),
      trace: (line) => this.#record(line),
    }).then(
      (host) => this.#hosts.set(id, host),
      (error: unknown) => this.#fail(error),
    )
  }

  /** One entry a message makes the most of each moment at which a leader may fail. */
  #flow(): HostOptions['raft'] {
    if (this.#plan.isLeaderStorm) return { maxMessageBytes: 0 }
    const flows = [{ maxMessageBytes: 0 }, { maxMessageBytes: 64, maxInflightMessages: 2 }, {}]
    return this.#random.fork('flow').pick(flows)
  }

  powerFail(id: RaftId): void {
    this.#hosts.delete(id)
    this.#machine(id).powerFail()
  }

  kill(id: RaftId): void {
    this.#hosts.delete(id)
    this.#machine(id).kill()
  }

  partition(isCut: (from: RaftId, to: RaftId) => boolean): void {
    this.#network.partition(this.ids, isCut)
  }

  heal(): void {
    this.#network.heal()
  }

  reset(a: RaftId, b: RaftId): void {
    this.#network.reset(a, b)
  }

  jumpClock(id: RaftId, byMs: number): void {
    this.#machine(id).jumpClock(byMs)
  }

  setDiskSlowness(id: RaftId, factor: number): void {
    this.#machine(id).disk.slowness = factor
  }

  /** A client: proposals and reads anywhere, now and then a transfer or another membership. */
  #drive(): void {
    const random = this.#random.fork('client')
    const paceMs = random.pick([5, 20, 100])
    const step = () => {
      this.#act(random)
      this.#clock.schedule(random.between(0, 2 * paceMs), step)
    }
    step()
  }

  #act(random: SeededRandom): void {
    const hosts = this.#live()
    const kind = random.float()
    const chosen = random.pick(this.ids)
    const host = hosts.find((h) => h.id === chosen)
    if (!host) return
    if (kind < 0.7) host.propose(`v${this.#proposals++}`)
    else if (kind < 0.97) host.read()
    else if (kind < 0.985) host.transfer(random.pick(this.ids))
    else if (!this.#plan.isLeaderStorm) {
      const leader = hosts.find(({ isLeader }) => isLeader)
      if (leader) this.#changeMembers(leader, random)
    }
  }

  #changeMembers(host: RaftHost, random: SeededRandom): void {
    const changes = this.ids
      .filter(() => random.chance(0.4))
      .map((nodeId) => ({
        type: random.pick(['add-node', 'add-learner-node', 'remove-node'] as const),
        nodeId,
      }))
    const left = new Set(host.voters)
    for (const { type, nodeId } of changes) {
      if (type === 'add-node') left.add(nodeId)
      else left.delete(nodeId)
    }
    if (changes.length === 0 || left.size === 0) return
    // Of two, a leader that takes its own vote away and dies before the other knows leaves nobody
    // who can lead: its log is the longer one, and it does not stand. It hands over first, as the
    // store's members do, and etcd's manual advises for groups of two.
    const [heir] = host.voters.filter((id) => id !== host.id)
    const isLast = host.voters.length === 2 && !left.has(host.id)
    if (isLast && heir !== undefined) host.transfer(heir)
    else host.change({ transition: 'auto', changes })
  }

  /** Without faults the group elects a leader, and everybody in it catches up. */
  async #recover(hasFailed: () => boolean): Promise<void> {
    const goal = this.#checkers.appliedMax + 1
    const isDone = () => {
      const leader = this.#live().find((host) => host.isLeader)
      if (!leader) return false
      return leader.voters.every((id) => (this.#hosts.get(id)?.applied ?? 0) >= goal)
    }
    await this.#clock.run({ forMs: RECOVERY_MS, until: () => hasFailed() || isDone() })
    if (!hasFailed() && !isDone()) {
      this.#failure = `liveness: nothing was committed in ${RECOVERY_MS} ms without faults`
    }
    this.#record(`end ${this.#checkers.appliedMax} ${this.#checkers.terms}`)
  }

  #record(line: string): void {
    if (line.startsWith('fault')) this.#faults++
    this.trace.record(`${this.#clock.elapsedMs.toFixed(3)} ${line}`)
  }

  #fail(error: unknown): void {
    if (this.#failure !== undefined) return
    const name = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
    this.#failure = error instanceof Violation ? error.message : `crash: ${name}`
    this.#record(this.#failure)
  }

  #live(): RaftHost[] {
    return [...this.#hosts.values()].sort((a, b) => a.id - b.id)
  }

  #machine(id: RaftId): SimMachine {
    const machine = this.#machines.get(id)
    if (!machine) throw new Error(`no machine ${id}`)
    return machine
  }
}
