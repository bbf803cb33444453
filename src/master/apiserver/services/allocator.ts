import type { Random } from '../../../base/index.ts'
import type { Kv, Revision } from '../../../kv/index.ts'
import { REGISTRY } from '../keys.ts'

/** Who holds an address or port. */
export interface Owner {
  readonly namespace: string
  readonly name: string
  readonly uid: string
}

export interface Allocation {
  readonly value: string
  readonly owner: Owner
  readonly revision: Revision
}

/** Random tries before all that is taken is looked at. */
const RANDOM_TRIES = 8

export interface AllocatorOptions {
  readonly kv: Kv
  readonly random: Random
  /** `serviceips` or `servicenodeports`. */
  readonly kind: string
  /** How many values there are, and which. */
  readonly count: number
  readonly at: (index: number) => string
  /**
   * Values before this one are left to those who ask for them by name, as long as there are others
   * (KEP-3070).
   */
  readonly firstDynamic: number
  /** Never given to those who do not ask for it by name. */
  readonly reserved: string
}

/**
 * Gives each value to one owner only, whichever master it asks: a value is taken by creating its
 * key. Keys whose owner is not there are found by `repair`.
 */
export class Allocator {
  readonly #options: AllocatorOptions
  readonly #prefix: string

  constructor(options: AllocatorOptions) {
    this.#options = options
    this.#prefix = `${REGISTRY}/ranges/${options.kind}/`
  }

  /** False when somebody else has it. Taking again what the owner has is fine. */
  async take(value: string, owner: Owner, options: { dryRun: boolean }): Promise<boolean> {
    const key = this.#prefix + value
    if (!options.dryRun) {
      const result = await this.#options.kv.create(key, encode(owner))
      if (result.kind === 'ok') return true
    }
    const { kv } = await this.#options.kv.get(key)
    return kv === undefined ? options.dryRun : decode(kv.value).uid === owner.uid
  }

  /** Some free value; undefined when there is none. */
  async takeAny(owner: Owner, options: { dryRun: boolean }): Promise<string | undefined> {
    const { random, count, at, firstDynamic } = this.#options
    for (let attempt = 0; attempt < RANDOM_TRIES; attempt++) {
      const value = at(firstDynamic + random.int(count - firstDynamic))
      if (await this.#takeFree(value, owner, options)) return value
    }
    const taken = new Set((await this.list()).map((a) => a.value))
    taken.add(this.#options.reserved)
    for (const index of this.#inTurn()) {
      const value = at(index)
      if (!taken.has(value) && (await this.#takeFree(value, owner, options))) return value
    }
    return undefined
  }

  // All indexes, from a random one on; those for askers by name come last.
  *#inTurn(): Generator<number> {
    const { random, count, firstDynamic } = this.#options
    const dynamic = count - firstDynamic
    const start = random.int(dynamic)
    for (let i = 0; i < dynamic; i++) yield firstDynamic + ((start + i) % dynamic)
    for (let i = 0; i < firstDynamic; i++) yield i
  }

  async #takeFree(value: string, owner: Owner, options: { dryRun: boolean }): Promise<boolean> {
    const key = this.#prefix + value
    if (options.dryRun) return (await this.#options.kv.get(key)).kv === undefined
    return (await this.#options.kv.create(key, encode(owner))).kind === 'ok'
  }

  /** Gives a value back, if the owner still has it. */
  async release(value: string, owner: Owner): Promise<void> {
    const key = this.#prefix + value
    const { kv } = await this.#options.kv.get(key)
    if (kv && decode(kv.value).uid === owner.uid) await this.#options.kv.delete(key, kv.modRevision)
  }

  /** Everything that is taken. */
  async list(): Promise<Allocation[]> {
    const { kvs } = await this.#options.kv.list(this.#prefix)
    return kvs.map((kv) => ({
      value: kv.key.slice(this.#prefix.length),
      owner: decode(kv.value),
      revision: kv.modRevision,
    }))
  }

  /** Gives back just this allocation: not one that was made since. */
  async reclaim(allocation: Allocation): Promise<void> {
    await this.#options.kv.delete(this.#prefix + allocation.value, allocation.revision)
  }
}

function encode(owner: Owner): Uint8Array {
  return Buffer.from(JSON.stringify(owner))
}

function decode(value: Uint8Array): Owner {
  const { namespace, name, uid } = JSON.parse(Buffer.from(value).toString('utf8'))
  return { namespace, name, uid }
}
