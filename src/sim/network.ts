import type { MemberId } from '../base/index.ts'
import type { SimClock } from './clock.ts'
import type { SeededRandom } from './random.ts'

/** How badly the network behaves. Times in milliseconds. May be changed while it runs. */
export interface NetworkWeather {
  lossRate: number
  duplicateRate: number
  /** Deliveries take [min, max), each by itself: later ones overtake earlier ones. */
  delayMsMin: number
  delayMsMax: number
  /** Some deliveries take up to this much longer. */
  stallRate: number
  stallMsMax: number
  /** Chance that a death is noticed at once by a broken connection; else nobody is told. */
  resetRate: number
}

export const FAIR_WEATHER: NetworkWeather = {
  lossRate: 0,
  duplicateRate: 0,
  delayMsMin: 0.1,
  delayMsMax: 1,
  stallRate: 0,
  stallMsMax: 0,
  resetRate: 1,
}

/** One station of the network. */
export interface Station<P> {
  onPacket(from: MemberId, packet: P): void
  onDown(peer: MemberId): void
  onUp(peer: MemberId): void
  /** Another station turns this one away for good. */
  onBanished?(): void
}

const CONNECT_MS_MAX = 20
const RESET_MS_MAX = 1

/** Carries packets between stations; loses, delays, doubles and reorders them; partitions. */
export class SimNetwork<P> {
  readonly #clock: SimClock
  readonly #random: SeededRandom
  readonly #stations = new Map<MemberId, Station<P>>()
  /** Directed pairs over which nothing gets through. */
  readonly #cut = new Set<string>()
  /** Counts broken connections of a pair: what was on its way over an older one is lost. */
  readonly #connection = new Map<string, number>()
  readonly #onBreak = new Set<() => void>()
  /** Who was turned away by whom. */
  readonly #banished = new Map<MemberId, Set<MemberId>>()
  readonly weather: NetworkWeather
  readonly #onDelivery: (from: MemberId, to: MemberId, packet: P) => void

  constructor(options: {
    clock: SimClock
    random: SeededRandom
    weather?: NetworkWeather
    /** Sees every packet that arrives, for the trace. */
    onDelivery?: (from: MemberId, to: MemberId, packet: P) => void
  }) {
    this.#onDelivery = options.onDelivery ?? (() => {})
    this.#clock = options.clock
    this.#random = options.random
    this.weather = { ...(options.weather ?? FAIR_WEATHER) }
  }

  /** A station starts; those that it can reach connect to it. */
  attach(id: MemberId, station: Station<P>): void {
    this.#stations.set(id, station)
    for (const peer of this.#stations.keys()) if (peer !== id) this.#connect(id, peer)
  }

  /** A station dies: its connections break, and its peers may notice. */
  detach(id: MemberId): void {
    if (!this.#stations.delete(id)) return
    for (const [peer, station] of this.#stations) {
      this.#breakPair(id, peer)
      if (!this.#random.chance(this.weather.resetRate) || this.isCut(id, peer)) continue
      this.#clock.schedule(this.#random.between(0, RESET_MS_MAX), () => {
        if (this.#stations.get(peer) === station) station.onDown(id)
      })
    }
    this.#tellBreak()
  }

  /** `by` turns a station away for good: whenever they would connect, it is told. */
  banish(id: MemberId, by: MemberId): void {
    const all = this.#banished.get(id) ?? new Set()
    if (all.has(by)) return
    this.#banished.set(id, all.add(by))
    this.#breakPair(id, by)
    this.#connect(id, by)
  }

  /** A connection breaks while both live; both notice, and connect again. */
  reset(a: MemberId, b: MemberId): void {
    this.#breakPair(a, b)
    this.#stations.get(a)?.onDown(b)
    this.#stations.get(b)?.onDown(a)
    this.#tellBreak()
    this.#connect(a, b)
  }

  /** Cuts every pair for which `isCut` holds, and no other. Nobody is told. */
  partition(ids: readonly MemberId[], isCut: (from: MemberId, to: MemberId) => boolean): void {
    this.#cut.clear()
    for (const from of ids) {
      for (const to of ids) if (from !== to && isCut(from, to)) this.#cut.add(`${from}>${to}`)
    }
    this.#tellBreak()
  }

  heal(): void {
    this.#cut.clear()
    for (const [id, all] of this.#banished) for (const by of all) this.#connect(id, by)
  }

  isCut(from: MemberId, to: MemberId): boolean {
    return this.#cut.has(`${from}>${to}`)
  }

  /** Whether packets from one to the other have a chance at all. */
  canReach(from: MemberId, to: MemberId): boolean {
    return this.#stations.has(from) && this.#stations.has(to) && !this.isCut(from, to)
  }

  /** Which connection stands between two stations; another number is another connection. */
  connectionOf(a: MemberId, b: MemberId): number {
    return this.#connection.get(pair(a, b)) ?? 0
  }

  /** Calls `listener` whenever connections break or are cut, until the returned function is called. */
  onBreak(listener: () => void): () => void {
    this.#onBreak.add(listener)
    return () => this.#onBreak.delete(listener)
  }

  /**
   * False when it is lost at once. `once`: for what no network would double, the start of a stream.
   */
  send(from: MemberId, to: MemberId, packet: P, options: { once?: boolean } = {}): boolean {
    if (!this.canReach(from, to) || this.#random.chance(this.weather.lossRate)) return false
    const isDoubled = this.#random.chance(this.weather.duplicateRate) && options.once !== true
    const copies = isDoubled ? 2 : 1
    const connection = this.connectionOf(from, to)
    for (let i = 0; i < copies; i++) {
      this.#clock.schedule(this.delayMs(), () => {
        const station = this.#stations.get(to)
        const isWhole = this.connectionOf(from, to) === connection && !this.isCut(from, to)
        if (!isWhole || !station) return
        this.#onDelivery(from, to, packet)
        station.onPacket(from, packet)
      })
    }
    return true
  }

  /** How long the next delivery takes. */
  delayMs(): number {
    const { delayMsMin, delayMsMax, stallRate, stallMsMax } = this.weather
    const stall = this.#random.chance(stallRate) ? this.#random.between(0, stallMsMax) : 0
    return this.#random.between(delayMsMin, delayMsMax) + stall
  }

  #connect(a: MemberId, b: MemberId): void {
    const connection = this.connectionOf(a, b)
    const [first, second] = [this.#stations.get(a), this.#stations.get(b)]
    this.#clock.schedule(this.#random.between(0, CONNECT_MS_MAX), () => {
      if (this.connectionOf(a, b) !== connection) return
      if (this.#stations.get(a) !== first || this.#stations.get(b) !== second) return
      if (this.#turnsAway(a, b) || this.#turnsAway(b, a)) return
      first?.onUp(b)
      second?.onUp(a)
    })
  }

  /** Whether `by` will not have `id`, which is told when it can be. */
  #turnsAway(id: MemberId, by: MemberId): boolean {
    if (!this.#banished.get(id)?.has(by)) return false
    if (this.canReach(id, by) && this.canReach(by, id)) this.#stations.get(id)?.onBanished?.()
    return true
  }

  #breakPair(a: MemberId, b: MemberId): void {
    this.#connection.set(pair(a, b), this.connectionOf(a, b) + 1)
  }

  #tellBreak(): void {
    for (const listener of this.#onBreak) listener()
  }
}

function pair(a: MemberId, b: MemberId): string {
  return a < b ? `${a}-${b}` : `${b}-${a}`
}
