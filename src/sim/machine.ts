import type { Clock, Disk, OpenEngine } from '../base/index.ts'
import { Lifetime, type SimClock, type WallClock } from './clock.ts'
import { SimDisk } from './disk.ts'
import { SimEngines } from './engine.ts'
import { SimMedium } from './medium.ts'
import type { SeededRandom } from './random.ts'

/** What a process on a simulated machine is handed. */
export interface SimPorts {
  readonly lifetime: Lifetime
  readonly clock: Clock
  readonly disk: Disk
  readonly openEngine: OpenEngine
  readonly random: SeededRandom
}

/** A machine: its disk, its engines and its wall clock outlive the processes that run on it. */
export class SimMachine {
  readonly name: string
  readonly disk: SimDisk
  readonly medium: SimMedium
  readonly #clock: SimClock
  readonly #random: SeededRandom
  readonly #engines: SimEngines
  readonly #wall: WallClock = { offsetMs: 0 }
  #lifetime: Lifetime | undefined
  #boots = 0

  /** `diskBytes`: how large its disk is. Default: it takes everything. */
  constructor(options: {
    name: string
    clock: SimClock
    random: SeededRandom
    diskBytes?: number | undefined
  }) {
    const { name, clock } = options
    this.name = name
    this.#clock = clock
    this.#random = options.random.fork(name)
    this.medium = new SimMedium({ totalBytes: options.diskBytes })
    const { medium } = this
    this.disk = new SimDisk({ clock, random: this.#random.fork('disk'), medium })
    this.#engines = new SimEngines({ clock, random: this.#random.fork('engine'), medium })
  }

  get isUp(): boolean {
    return this.#lifetime?.alive === true
  }

  /** Starts a process: the ports it is handed end with it. */
  boot(): SimPorts {
    this.#lifetime?.end()
    const lifetime = new Lifetime()
    this.#lifetime = lifetime
    return {
      lifetime,
      clock: this.#clock.of(lifetime, this.#wall),
      disk: this.disk.of(lifetime),
      openEngine: this.#engines.of(lifetime),
      random: this.#random.fork(`boot-${this.#boots++}`),
    }
  }

  /** SIGKILL: the process ends at once; what the kernel holds still reaches the disk. */
  kill(): void {
    this.#lifetime?.end()
  }

  /** The power fails: what was not synced is lost, kept or torn. */
  powerFail(): void {
    this.#lifetime?.end()
    this.disk.crash()
    this.#engines.crash()
  }

  /** Sets the wall clock forward or back. */
  jumpClock(byMs: number): void {
    this.#wall.offsetMs += byMs
  }
}
