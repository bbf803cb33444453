import { setMaxListeners } from 'node:events'
import { type Clock, type MemberId, silentLog } from '../../../src/base/index.ts'
import { createClient } from '../../../src/client/index.ts'
import { type FaultPlan, Lifetime, planFaults } from '../../../src/sim/index.ts'
import { MembersWorld } from '../store/members.ts'
import type { StoreNode } from '../store/node.ts'
import { type RunResult, Violation } from '../world.ts'
import { type ClusterBreak, withoutExpectations } from './breaks.ts'
import { unsettled } from './end-state.ts'
import { type Server, SimHttp } from './http.ts'
import { startMaster } from './master.ts'
import { usageOf } from './metrics.ts'
import { Nodes, NODES } from './nodes.ts'
import { Observer } from './observer.ts'
import { LIMITED, User } from './user.ts'

export interface ClusterRunOptions {
  readonly breaks?: ClusterBreak
  /** Virtual milliseconds with faults. Default: one of `FAULTY_MS`. */
  readonly faultyMs?: number
  readonly listener?: (line: string) => void
}

// Many wait on one signal by design: loops, watches, requests.
setMaxListeners(0)

/** A new minute begins while there are faults, for jobs that begin by the clock. */
const START_MS = Date.UTC(2026, 0, 1, 12, 0, 54)
const BOOT_MS = 20_000
const FAULTY_MS = [6000, 10_000, 16_000]
/** More than the five minutes after which quotas are counted anew, whatever happened. */
const RECOVERY_MS = 330_000
/** Statuses may follow the state that they tell. */
const QUIET_MS = 4000
/** How long nothing may be written once all is as it should be: some loops are slow. */
const REST_MS = [8000, 8000, 8000, 40_000]
/** Masters need seconds to elect controllers: faults come so much slower than the store's own. */
const SLOWNESS = 3
/** Ticks are most of what happens at rest: fewer than in the store's own world. */
const TIMING = { tickMs: 30, electionTicks: 8, heartbeatTicks: 3, peerDownTicksMax: 4 }
const REWATCH_MS = 20
const USERS = 2

/** One run of a whole cluster: three masters, hollow nodes and users, under the faults of a seed. */
export async function simulateCluster(
  seed: number,
  options: ClusterRunOptions = {},
): Promise<RunResult> {
  const restore = withoutExpectations(options.breaks)
  try {
    return await new ClusterWorld(seed, options).run()
  } finally {
    restore()
  }
}

class ClusterWorld extends MembersWorld {
  readonly #options: ClusterRunOptions
  readonly #http: SimHttp
  readonly #servers = new Map<MemberId, Server>()
  readonly #observer = new Observer({
    elapsedMs: () => this.clock.elapsedMs,
    onChange: (line) => this.record(line),
  })
  readonly #users: User[] = []
  #followed: MemberId | undefined
  #isOver = false
  #usersBusy = 0

  constructor(seed: number, options: ClusterRunOptions) {
    super({ seed, stream: 'cluster', startMs: START_MS, listener: options.listener })
    this.#options = options
    const { delayMsMax } = this.network.weather
    this.#http = new SimHttp({
      clock: this.clock,
      random: this.random.fork('http'),
      weather: { delayMsMax, resetRate: 0.01, streamMsMean: 8000 },
    })
  }

  protected nodeOptions() {
    return { breaks: undefined, timing: TIMING }
  }

  protected stats(): Record<string, number> {
    return {
      elections: this.elections,
      acts: this.#users.reduce((sum, user) => sum + user.done, 0),
      revisions: this.#observer.next - 1,
    }
  }

  protected async play(): Promise<void> {
    this.startMembers()
    this.#observe()
    const nodes = this.#startNodes()
    await this.#await('the cluster starts', BOOT_MS, () => this.#isStarted())
    for (let i = 1; i <= USERS; i++) this.#startUser(i)
    this.beginFaults(slower(planFaults(this.random)))
    nodes.beginFaults()
    const { faultyMs = this.random.fork('faulty').pick(FAULTY_MS) } = this.#options
    await this.pass(faultyMs)
    this.endFaults()
    nodes.endFaults()
    this.#isOver = true
    Object.assign(this.#http.weather, { resetRate: 0, streamMsMean: 0 })
    await this.#await('the nodes are back', RECOVERY_MS, () => nodes.areUp)
    await this.#settle()
  }

  protected override onEnd(): void {
    this.#isOver = true
  }

  /** Without faults all comes to what the users asked for, and then nothing is written any more. */
  async #settle(): Promise<void> {
    await this.#await('the users are done', RECOVERY_MS, () => this.#usersBusy === 0)
    await this.#await('all is as it should be', RECOVERY_MS, () => {
      return this.#isLevel() && unsettled(this.#observer).length === 0
    })
    if (this.hasFailed) return
    await this.pass(QUIET_MS)
    this.#observer.written.length = 0
    await this.pass(this.random.fork('rest').pick(REST_MS))
    // What has no room in its quota is tried again.
    const isFree = (key: string) => !key.includes(`/${LIMITED}/`)
    const written = [...new Set(this.#observer.written)].filter(isFree)
    if (written.length > 0) {
      this.fail(new Violation(`zero writes at rest: ${written.slice(0, 5).join(', ')}`))
    }
    this.record(`end ${this.#observer.next}`)
  }

  async #await(what: string, forMs: number, holds: () => boolean): Promise<void> {
    if (this.hasFailed) return
    let checkedMs = 0
    await this.until(forMs, () => {
      // Looking at everything after each event would be slow.
      if (this.clock.elapsedMs - checkedMs < 50) return false
      checkedMs = this.clock.elapsedMs
      return holds()
    })
    if (this.hasFailed || holds()) return
    const why = unsettled(this.#observer).slice(0, 4).join('; ')
    this.fail(new Violation(`liveness: it does not happen that ${what}: ${why}`))
  }

  #isStarted(): boolean {
    const nodes = this.#observer.ofKind('Node')
    const accounts = this.#observer.ofKind('ServiceAccount')
    return (
      nodes.length >= NODES && accounts.some(({ metadata }) => metadata.namespace === 'default')
    )
  }

  /** The observer has seen what every member has. */
  #isLevel(): boolean {
    const live = this.live()
    if (live.length < this.ids.length) return false
    return live.every(({ open }) => open?.state.mvcc.revision === this.#observer.next - 1)
  }

  #startNodes(): Nodes {
    return new Nodes({
      clock: this.clock,
      random: this.random.fork('nodes'),
      log: silentLog,
      transport: this.#http.client(() => this.#all(), 0),
      onError: (error) => this.fail(error),
      onFault: (line) => this.reportFault(line),
    })
  }

  #startUser(number: number): void {
    const random = this.random.fork(`user-${number}`)
    const clock: Clock = this.clock.of(new Lifetime(), { offsetMs: 0 })
    const transport = this.#http.client(() => this.#all(), number)
    const client = createClient({ transport, clock, random: random.fork('client'), log: silentLog })
    const user = new User({ client, clock, random, name: String(number) })
    this.#users.push(user)
    this.#usersBusy++
    user
      .run(() => this.#isOver)
      .then(() => user.rest())
      .then(
        () => this.#usersBusy--,
        (error: unknown) => this.fail(error),
      )
  }

  #all(): (Server | undefined)[] {
    return this.ids.map((id) => this.#servers.get(id))
  }

  protected onUp(node: StoreNode, name: string): void {
    const { open, ports } = node
    if (!open || !ports) return
    const onError = (error: unknown) => this.fail(error)
    const { breaks } = this.#options
    const server = startMaster(name, open, {
      ports,
      time: { clock: this.clock, random: ports.random.fork('watches') },
      log: silentLog,
      breaks,
      // By the nodes' clock, which is right.
      kubelet: usageOf(this.#observer, () => START_MS + this.clock.elapsedMs),
      onDeletion: (by, url) => this.#observer.deletions.noted(by, url),
      onError,
    })
    this.#servers.set(node.id, server)
  }

  /** Follows some member; when it dies, another. */
  #observe(): void {
    const next = async () => {
      const [node] = this.live()
      const store = node?.open?.store
      if (store) {
        this.#followed = node?.id
        try {
          await this.#observer.follow(store)
        } catch (error) {
          this.fail(error)
        }
      }
      if (!this.hasFailed) this.clock.schedule(REWATCH_MS, () => void next())
    }
    void next()
  }

  protected override onDeath(id: MemberId): void {
    this.#servers.delete(id)
    if (this.#followed === id) this.#observer.disconnect()
    super.onDeath(id)
  }
}

function slower(plan: FaultPlan): FaultPlan {
  const { powerFailMs, killMs, partitionMs, resetMs, clockJumpMs, slowDiskMs } = plan
  const times = { powerFailMs, killMs, partitionMs, resetMs, clockJumpMs, slowDiskMs }
  const slow = Object.entries(times).map(([name, ms]) => [name, ms * SLOWNESS])
  return { ...plan, ...Object.fromEntries(slow) }
}
