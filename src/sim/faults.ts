import type { MemberId } from '../base/index.ts'
import type { SimClock } from './clock.ts'
import type { NetworkWeather } from './network.ts'
import type { SeededRandom } from './random.ts'

/** Which faults are injected, and how often: mean milliseconds between two; 0 for never. */
export interface FaultPlan {
  /** The one theme of the plan is that leaders fail. */
  isLeaderStorm: boolean
  powerFailMs: number
  killMs: number
  /** Share of deaths that hit the leader, if there is one. */
  leaderShare: number
  /** Chance that a new leader dies, or is cut off, for a short time soon after its election. */
  newLeaderFails: number
  newLeaderLivesMsMax: number
  partitionMs: number
  resetMs: number
  clockJumpMs: number
  slowDiskMs: number
  /** Others take all space of a disk, or of all disks, for a while. */
  fullDiskMs: number
  /** One sync fails: what it was to make durable is lost. */
  failedSyncMs: number
}

/** What faults act on. */
export interface FaultTarget {
  readonly ids: readonly MemberId[]
  isUp(id: MemberId): boolean
  leader(): MemberId | undefined
  powerFail(id: MemberId): void
  kill(id: MemberId): void
  start(id: MemberId): void
  partition(isCut: (from: MemberId, to: MemberId) => boolean): void
  heal(): void
  reset(a: MemberId, b: MemberId): void
  jumpClock(id: MemberId, byMs: number): void
  setDiskSlowness(id: MemberId, factor: number): void
  /** Others take all but so much of a disk. */
  fillDisk(id: MemberId, leaveBytes: number): void
  emptyDisk(id: MemberId): void
  failNextSync(id: MemberId): void
  /** A sync that was to fail and was not asked for yet does not fail any more. */
  mendDisk(id: MemberId): void
}

const DOWN_MS_MAX = 3000
const NEW_LEADER_DOWN_MS_MAX = 800
const PARTITION_MS_MAX = 3000
const SLOW_DISK_MS_MAX = 1500
const FULL_DISK_MS_MAX = 2500
const CLOCK_JUMP_MS_MAX = 3_600_000

/** A plan of its own for each seed, so that faults meet in all combinations (swarm testing). */
export function planFaults(random: SeededRandom): FaultPlan {
  if (random.fork('storm').chance(LEADER_STORM_SHARE)) return leaderStorm(random.fork('storm-plan'))
  const often = (name: string, low: number, high: number) => {
    const own = random.fork(name)
    return own.chance(0.7) ? own.between(low, high) : 0
  }
  const newLeader = random.fork('new-leader')
  return {
    isLeaderStorm: false,
    powerFailMs: often('power', 800, 5000),
    killMs: often('kill', 800, 5000),
    leaderShare: random.fork('leader').float(),
    newLeaderFails: newLeader.chance(0.3) ? newLeader.between(0.3, 1) : 0,
    newLeaderLivesMsMax: newLeader.pick([5, 20, 100]),
    partitionMs: often('partition', 1000, 6000),
    resetMs: often('reset', 500, 4000),
    clockJumpMs: often('clock', 1000, 6000),
    slowDiskMs: often('slow-disk', 1500, 6000),
    fullDiskMs: 0,
    failedSyncMs: 0,
  }
}

/** Disks that are full or fail, in some of the seeds: for worlds whose members can take it. */
export function planDiskFaults(
  random: SeededRandom,
): Pick<FaultPlan, 'fullDiskMs' | 'failedSyncMs'> {
  const sometimes = (name: string, low: number, high: number) => {
    const own = random.fork(name)
    return own.chance(0.3) ? own.between(low, high) : 0
  }
  return {
    fullDiskMs: sometimes('full-disk', 1500, 6000),
    failedSyncMs: sometimes('failed-sync', 800, 5000),
  }
}

const LEADER_STORM_SHARE = 0.3

/** One leader after another fails while it replicates what it inherited (Raft figure 8). */
function leaderStorm(random: SeededRandom): FaultPlan {
  return {
    isLeaderStorm: true,
    powerFailMs: 0,
    killMs: 0,
    leaderShare: 0,
    newLeaderFails: random.between(0.85, 1),
    newLeaderLivesMsMax: random.pick([5, 20, 60, 150]),
    partitionMs: 0,
    resetMs: 0,
    clockJumpMs: 0,
    slowDiskMs: 0,
    fullDiskMs: 0,
    failedSyncMs: 0,
  }
}

/** A network of its own for each seed. */
export function planWeather(random: SeededRandom): NetworkWeather {
  const own = random.fork('weather')
  const delayMsMax = own.pick([1, 2, 10, 50])
  return {
    lossRate: own.pick([0, 0, 0.01, 0.1]),
    duplicateRate: own.pick([0, 0.01, 0.1]),
    delayMsMin: 0.05,
    delayMsMax,
    stallRate: own.pick([0, 0.01, 0.05]),
    stallMsMax: own.pick([20, 200, 1000]),
    resetRate: own.pick([0, 0.5, 1]),
  }
}

/** Injects the faults of a plan until it is told to stop. Each kind has a random stream of its own. */
export class FaultInjector {
  readonly #clock: SimClock
  readonly #random: SeededRandom
  readonly #plan: FaultPlan
  readonly #target: FaultTarget
  readonly #report: (line: string) => void
  readonly #newLeader: SeededRandom
  #stopped = false
  /** Counts partitions, so that each is healed by itself alone. */
  #cuts = 0

  constructor(options: {
    clock: SimClock
    random: SeededRandom
    plan: FaultPlan
    target: FaultTarget
    report: (line: string) => void
  }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#plan = options.plan
    this.#target = options.target
    this.#report = options.report
    this.#newLeader = options.random.fork('new-leader')
  }

  start(): void {
    const { powerFailMs, killMs, partitionMs, resetMs, clockJumpMs, slowDiskMs } = this.#plan
    const { fullDiskMs, failedSyncMs } = this.#plan
    this.#repeat('power-fail', powerFailMs, (random) => this.#die('power-fail', random))
    this.#repeat('kill', killMs, (random) => this.#die('kill', random))
    this.#repeat('partition', partitionMs, (random) => this.#partition(random))
    this.#repeat('reset', resetMs, (random) => this.#reset(random))
    this.#repeat('clock-jump', clockJumpMs, (random) => this.#jumpClock(random))
    this.#repeat('slow-disk', slowDiskMs, (random) => this.#slowDisk(random))
    this.#repeat('full-disk', fullDiskMs, (random) => this.#fullDisks(random))
    this.#repeat('failed-sync', failedSyncMs, (random) => this.#failSync(random))
  }

  /**
   * To be told of each election: some leaders die, or are cut off, while they replicate what they
   * inherited. It makes the histories in which an entry of an older term is on a majority and is
   * replaced all the same (Raft §5.4.2, figure 8).
   */
  leaderElected(id: MemberId): void {
    const random = this.#newLeader
    const lives = random.between(0, this.#plan.newLeaderLivesMsMax)
    const downMs = random.between(0, NEW_LEADER_DOWN_MS_MAX)
    const isCut = random.chance(0.7)
    if (!random.chance(this.#plan.newLeaderFails)) return
    this.#clock.schedule(lives, () => {
      if (this.#stopped) return
      if (isCut) this.#cutOff(id, downMs)
      else this.#down(id, 'kill', downMs)
    })
  }

  /** No more faults: what is broken is repaired, so that the group has to come to itself. */
  stop(): void {
    this.#stopped = true
    this.#target.heal()
    for (const id of this.#target.ids) {
      this.#target.setDiskSlowness(id, 1)
      this.#target.emptyDisk(id)
      this.#target.mendDisk(id)
      if (!this.#target.isUp(id)) this.#target.start(id)
    }
  }

  #repeat(name: string, meanMs: number, inject: (random: SeededRandom) => void): void {
    if (meanMs === 0) return
    const random = this.#random.fork(name)
    const next = () => {
      this.#clock.schedule(random.between(0, 2 * meanMs), () => {
        if (this.#stopped) return
        inject(random)
        next()
      })
    }
    next()
  }

  #die(how: 'power-fail' | 'kill', random: SeededRandom): void {
    const leader = this.#target.leader()
    const hitsLeader = random.chance(this.#plan.leaderShare)
    const chosen = random.pick(this.#target.ids)
    const downMs = random.between(0, DOWN_MS_MAX)
    const id = hitsLeader && leader !== undefined ? leader : chosen
    this.#down(id, how, downMs)
  }

  #down(id: MemberId, how: 'power-fail' | 'kill', downMs: number): void {
    if (!this.#target.isUp(id)) return
    this.#report(`${how} ${id}`)
    if (how === 'kill') this.#target.kill(id)
    else this.#target.powerFail(id)
    this.#clock.schedule(downMs, () => {
      if (this.#stopped || this.#target.isUp(id)) return
      this.#report(`start ${id}`)
      this.#target.start(id)
    })
  }

  /** A side is cut off; sometimes only one way, and sometimes a single pair. */
  #partition(random: SeededRandom): void {
    const side = new Set(this.#target.ids.filter(() => random.chance(0.5)))
    const [a, b] = [random.pick(this.#target.ids), random.pick(this.#target.ids)]
    const kind = random.pick(['both', 'both', 'one-way', 'pair'] as const)
    this.#report(`partition ${kind} ${[...side].join(',')} ${a} ${b}`)
    this.#target.partition((from, to) => {
      if (kind === 'pair') return (from === a && to === b) || (from === b && to === a)
      if (kind === 'one-way') return side.has(from) && !side.has(to)
      return side.has(from) !== side.has(to)
    })
    const cut = ++this.#cuts
    this.#clock.schedule(random.between(0, PARTITION_MS_MAX), () => {
      if (this.#stopped || this.#cuts !== cut) return
      this.#report('heal')
      this.#target.heal()
    })
  }

  #cutOff(id: MemberId, forMs: number): void {
    this.#report(`cut-off ${id}`)
    this.#target.partition((from, to) => (from === id) !== (to === id))
    const cut = ++this.#cuts
    this.#clock.schedule(forMs, () => {
      if (this.#stopped || this.#cuts !== cut) return
      this.#report('heal')
      this.#target.heal()
    })
  }

  #reset(random: SeededRandom): void {
    const [a, b] = [random.pick(this.#target.ids), random.pick(this.#target.ids)]
    if (a === b) return
    this.#report(`reset ${a} ${b}`)
    this.#target.reset(a, b)
  }

  #jumpClock(random: SeededRandom): void {
    const id = random.pick(this.#target.ids)
    const byMs = Math.floor(random.between(-CLOCK_JUMP_MS_MAX, CLOCK_JUMP_MS_MAX))
    this.#report(`clock-jump ${id} ${byMs}`)
    this.#target.jumpClock(id, byMs)
  }

  #slowDisk(random: SeededRandom): void {
    const id = random.pick(this.#target.ids)
    const factor = random.pick([10, 50, 200])
    this.#report(`slow-disk ${id} ${factor}`)
    this.#target.setDiskSlowness(id, factor)
    this.#clock.schedule(random.between(0, SLOW_DISK_MS_MAX), () => {
      if (!this.#stopped) this.#target.setDiskSlowness(id, 1)
    })
  }

  /** One disk, or all at once: then nobody can spare anybody. */
  #fullDisks(random: SeededRandom): void {
    const ids = random.chance(0.5) ? this.#target.ids : [random.pick(this.#target.ids)]
    const leaveBytes = random.pick([0, 2_000, 100_000, 900_000])
    this.#report(`full-disk ${ids.join(',')} but ${leaveBytes}`)
    for (const id of ids) this.#target.fillDisk(id, leaveBytes)
    this.#clock.schedule(random.between(0, FULL_DISK_MS_MAX), () => {
      if (this.#stopped) return
      this.#report(`room ${ids.join(',')}`)
      for (const id of ids) this.#target.emptyDisk(id)
    })
  }

  #failSync(random: SeededRandom): void {
    const id = random.pick(this.#target.ids)
    this.#report(`failed-sync ${id}`)
    this.#target.failNextSync(id)
  }
}
