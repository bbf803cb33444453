import type { MemberId } from '../../src/base/index.ts'
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
} from '../../src/sim/index.ts'

/** A broken promise, with what was seen. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

export interface RunResult {
  readonly seed: number
  /** What went wrong; undefined for nothing. */
  readonly failure: string | undefined
  readonly traceHash: string
  readonly stats: Readonly<Record<string, number>>
}

export interface WorldOptions {
  readonly seed: number
  /** Of the seed's random stream: worlds have streams of their own. */
  readonly stream?: string
  /** What all wall clocks show at first. */
  readonly startMs?: number
  /** Gets every line of the trace. */
  readonly listener?: ((line: string) => void) | undefined
}

const START_MS = Date.UTC(2026, 0, 1)

/** What every world is: machines on a network, in virtual time, under the faults of a seed. */
export abstract class SimWorld<P> implements FaultTarget {
  protected readonly random: SeededRandom
  protected readonly clock: SimClock
  protected readonly network: SimNetwork<P>
  protected readonly trace: Trace
  protected elections = 0
  readonly #seed: number
  readonly #machines = new Map<MemberId, SimMachine>()
  #injector: FaultInjector | undefined
  #failure: string | undefined
  #faults = 0

  constructor({ seed, stream, startMs = START_MS, listener }: WorldOptions) {
    this.#seed = seed
    this.random = new SeededRandom(stream === undefined ? seed : `${stream}-${seed}`)
    this.trace = new Trace(listener)
    const turn = () => new Promise<void>((resolve) => setImmediate(resolve))
    this.clock = new SimClock({ startMs, turn })
    this.network = new SimNetwork({
      clock: this.clock,
      random: this.random.fork('network'),
      weather: planWeather(this.random),
      onDelivery: (from, to, packet) => this.onDelivery(from, to, packet),
    })
  }

  /** Those whose machines faults may hit. */
  abstract readonly ids: readonly MemberId[]
  abstract leader(): MemberId | undefined
  abstract start(id: MemberId): void
  /** All that happens; breaks off when something has failed. */
  protected abstract play(): Promise<void>
  protected abstract stats(): Record<string, number>
  /** The process of a machine is about to end. */
  protected abstract onDeath(id: MemberId): void

  async run(): Promise<RunResult> {
    process.setUncaughtExceptionCaptureCallback((error) => this.fail(error))
    try {
      await this.play()
    } catch (error) {
      this.fail(error)
    } finally {
      process.setUncaughtExceptionCaptureCallback(null)
      this.onEnd()
      for (const id of this.ids) this.kill(id)
    }
    const stats = { events: this.clock.fired, faults: this.#faults, ...this.stats() }
    return { seed: this.#seed, failure: this.#failure, traceHash: this.trace.digest(), stats }
  }

  isUp(id: MemberId): boolean {
    return this.#machines.get(id)?.isUp ?? false
  }

  powerFail(id: MemberId): void {
    this.onDeath(id)
    this.#machines.get(id)?.powerFail()
  }

  kill(id: MemberId): void {
    this.onDeath(id)
    this.#machines.get(id)?.kill()
  }

  partition(isCut: (from: MemberId, to: MemberId) => boolean): void {
    this.network.partition(this.ids, isCut)
  }

  heal(): void {
    this.network.heal()
  }

  reset(a: MemberId, b: MemberId): void {
    this.network.reset(a, b)
  }

  jumpClock(id: MemberId, byMs: number): void {
    this.#machines.get(id)?.jumpClock(byMs)
  }

  setDiskSlowness(id: MemberId, factor: number): void {
    const machine = this.#machines.get(id)
    if (machine) machine.disk.slowness = factor
  }

  fillDisk(id: MemberId, leaveBytes: number): void {
    this.#machines.get(id)?.medium.fill(leaveBytes)
  }

  emptyDisk(id: MemberId): void {
    this.#machines.get(id)?.medium.empty()
  }

  failNextSync(id: MemberId): void {
    this.#setFailure(id, true)
  }

  mendDisk(id: MemberId): void {
    this.#setFailure(id, false)
  }

  #setFailure(id: MemberId, fails: boolean): void {
    const machine = this.#machines.get(id)
    if (machine) machine.medium.failsNextSync = fails
  }

  /** How large the disks are. Undefined: there is room for everything. */
  protected get diskBytes(): number | undefined {
    return undefined
  }

  protected addMachine(id: MemberId, name: string): SimMachine {
    const { clock, random, diskBytes } = this
    const machine = new SimMachine({ name, clock, random, diskBytes })
    this.#machines.set(id, machine)
    return machine
  }

  protected machine(id: MemberId): SimMachine {
    const machine = this.#machines.get(id)
    if (!machine) throw new Error(`no machine ${id}`)
    return machine
  }

  protected hasMachine(id: MemberId): boolean {
    return this.#machines.has(id)
  }

  protected beginFaults(plan: FaultPlan = planFaults(this.random)): void {
    this.#injector = new FaultInjector({
      clock: this.clock,
      random: this.random.fork('faults'),
      plan,
      target: this,
      report: (line) => this.reportFault(line),
    })
    this.#injector.start()
  }

  /** What is broken is repaired, and the weather is fair from now on. */
  protected endFaults(): void {
    this.#injector?.stop()
    Object.assign(this.network.weather, { lossRate: 0, stallRate: 0 })
  }

  protected elected(id: MemberId): void {
    this.elections++
    this.#injector?.leaderElected(id)
  }

  protected get hasFailed(): boolean {
    return this.#failure !== undefined
  }

  protected fail(error: unknown): void {
    if (this.hasFailed) return
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error)
    this.#failure = error instanceof Violation ? error.message : `crash: ${text}`
    this.record(this.#failure)
  }

  protected reportFault(line: string): void {
    this.#faults++
    this.record(`fault ${line}`)
  }

  protected record(line: string): void {
    this.trace.record(`${this.clock.elapsedMs.toFixed(3)} ${line}`)
  }

  /** Lets time pass until `holds`, or something has failed; tells whether it holds. */
  protected async until(forMs: number, holds: () => boolean): Promise<boolean> {
    await this.clock.run({ forMs, until: () => this.hasFailed || holds() })
    return !this.hasFailed && holds()
  }

  protected async pass(forMs: number): Promise<void> {
    await this.until(forMs, () => false)
  }

  /** Nothing more is to begin. */
  protected onEnd(): void {}

  protected onDelivery(_from: MemberId, _to: MemberId, _packet: P): void {}
}
