import { type Clock, GrpcCode, KvError, sleep, withTimeout } from '../../../src/base/index.ts'
import type { SeededRandom } from '../../../src/sim/index.ts'
import type { EtcdStore } from '../../../src/store/index.ts'
import { Violation } from '../world.ts'
import type { History, KeyEvent } from './history.ts'

export const LEASE_PREFIX = 'lease-'

const TTL_SECONDS = 2
const TIMEOUT_MS = 2500
const RENEW_MS = 500
const RENEWALS_MAX = 8

/**
 * What leases promise: a key lives as long as its lease was told to, and is gone some time after.
 * Times are those of the simulation, which is ahead of what any member has counted.
 */
export class LeasedKeys {
  /** Until when a key has to be there, by the last renewal that was acknowledged. */
  readonly #aliveUntilMs = new Map<string, number>()
  readonly #present = new Set<string>()
  readonly #clock: Clock

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Leased keys that are still there. */
  get count(): number {
    return this.#present.size
  }

  renewed(key: string, untilMs: number): void {
    this.#aliveUntilMs.set(key, Math.max(this.#aliveUntilMs.get(key) ?? 0, untilMs))
  }

  /** Somebody saw a revision for the first time. */
  saw(events: readonly KeyEvent[]): void {
    for (const { type, key } of events) {
      if (!key.startsWith(LEASE_PREFIX)) continue
      if (type === 'put') this.#present.add(key)
      else {
        this.#present.delete(key)
        this.expired(key)
      }
    }
  }

  /** The key's lease is gone: not before its time. */
  expired(key: string): void {
    const nowMs = this.#clock.monotonicMs()
    const untilMs = this.#aliveUntilMs.get(key) ?? 0
    if (nowMs >= untilMs) return
    throw new Violation(`lease: ${key} is gone at ${nowMs}, it was to live until ${untilMs}`)
  }
}

/** Grants leases, puts a key under each, renews them for a while, and lets them run out. */
export class LeaseHolder {
  readonly #id: number
  readonly #clock: Clock
  readonly #random: SeededRandom
  readonly #history: History
  readonly #keys: LeasedKeys
  readonly #pick: (random: SeededRandom) => EtcdStore | undefined
  #count = 0

  constructor(options: {
    id: number
    clock: Clock
    random: SeededRandom
    history: History
    keys: LeasedKeys
    pick: (random: SeededRandom) => EtcdStore | undefined
  }) {
    this.#id = options.id
    this.#clock = options.clock
    this.#random = options.random
    this.#history = options.history
    this.#keys = options.keys
    this.#pick = options.pick
  }

  async run(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      await sleep(this.#clock, this.#random.between(0, RENEW_MS))
      const key = `${LEASE_PREFIX}${this.#count++}`
      const lease = await this.#grant(key)
      if (lease === undefined) continue
      const renewals = this.#random.int(RENEWALS_MAX)
      for (let i = 0; i < renewals && !isDone(); i++) {
        await sleep(this.#clock, RENEW_MS)
        await this.#renew(key, lease)
      }
    }
  }

  /** The lease's id, once there is a key under it. */
  async #grant(key: string): Promise<bigint | undefined> {
    const startMs = this.#clock.monotonicMs()
    const granted = await this.#ask((store, signal) =>
      store.leaseGrant({ TTL: TTL_SECONDS }, { signal }),
    )
    if (!granted) return undefined
    const value = `${this.#id}-${key}`
    const operation = this.#history.invoke(this.#id, { kind: 'put', key, value })
    const put = await this.#ask((store, signal) => {
      const request = { key: Buffer.from(key), value: Buffer.from(value), lease: granted.id }
      return store.put(request, { signal })
    })
    if (!put) return undefined
    this.#history.returned(operation, { kind: 'put', revision: put.header.revision })
    this.#keys.renewed(key, startMs + granted.ttlSeconds * 1000)
    return granted.id
  }

  async #renew(key: string, lease: bigint): Promise<void> {
    const startMs = this.#clock.monotonicMs()
    const renewed = await this.#ask((store, signal) => store.leaseKeepAlive(lease, { signal }))
    if (!renewed) return
    if (renewed.ttlSeconds === 0) this.#keys.expired(key)
    else this.#keys.renewed(key, startMs + renewed.ttlSeconds * 1000)
  }

  /** Undefined when the store refused, or nobody answered. */
  async #ask<T>(
    call: (store: EtcdStore, signal: AbortSignal) => Promise<T>,
  ): Promise<T | undefined> {
    const store = this.#pick(this.#random)
    if (!store) return undefined
    const onTimeout = () => new KvError(GrpcCode.deadlineExceeded, 'the client waits no longer')
    try {
      return await withTimeout(this.#clock, TIMEOUT_MS, onTimeout, (signal) => {
        const silence = new Promise<never>((_, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason), { once: true })
        })
        return Promise.race([call(store, signal), silence])
      })
    } catch (error) {
      if (error instanceof KvError) return undefined
      throw error
    }
  }
}
