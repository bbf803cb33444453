import { assert } from '../../src/base/index.ts'
import { etcdserverpb as pb } from '../../src/gen/etcd.js'
import type { SeededRandom } from '../../src/sim/index.ts'
import type { Step, Twins } from './etcd-twin.ts'

const KEYS = 12
const LEASES_MAX = 5
/** No lease runs out during a test. */
const TTL_SECONDS = 5000
const VALUE_BYTES_MAX = 300
/** Larger than a page of bbolt's file, now and then. */
const LARGE_BYTES = 9000

/** Random puts, removals, transactions, leases and compactions; each has to be answered alike. */
export class RandomHistory {
  readonly #random: SeededRandom
  /** The newest revision, and the one that was compacted last, as both answered. */
  revision = 1
  compacted = 0
  readonly leases: bigint[] = []
  #granted = 0

  constructor(random: SeededRandom) {
    this.#random = random
  }

  async drive({ same }: Pick<Twins, 'same'>, steps: number): Promise<void> {
    for (let i = 0; i < steps; i++) {
      const answer = await same(this.#step())
      this.revision = revisionOf(answer) ?? this.revision
    }
  }

  #step(): Step {
    const kind = this.#random.float()
    if (kind < 0.5) return ['put', this.#put()]
    if (kind < 0.65) return ['deleteRange', this.#removal()]
    if (kind < 0.85) return ['txn', this.#txn(1)]
    if (kind < 0.9 && this.leases.length < LEASES_MAX) {
      const ID = BigInt(++this.#granted)
      this.leases.push(ID)
      return ['grant', { ID, TTL: TTL_SECONDS + this.#granted }]
    }
    if (kind < 0.94 && this.leases.length > 0) {
      const [ID] = this.leases.splice(this.#random.int(this.leases.length), 1)
      return ['revoke', { ID: ID ?? 0n }]
    }
    if (kind < 0.97 && this.revision > this.compacted + 1) {
      this.compacted += 1 + this.#random.int(this.revision - this.compacted)
      return ['compact', { revision: this.compacted, physical: this.#random.chance(0.5) }]
    }
    return ['range', { ...this.#removal(), limit: 3 }]
  }

  #put(key = this.#key()) {
    const bytes = this.#random.chance(0.03) ? LARGE_BYTES : this.#random.int(VALUE_BYTES_MAX)
    const lease = this.#random.chance(0.3) ? this.leases.at(this.#random.int(5)) : undefined
    const value = this.#random.bytes(bytes)
    return { key, value, prevKv: this.#random.chance(0.2), ...(lease && { lease }) }
  }

  #removal() {
    const [key, other] = [this.#key(), this.#key()]
    return this.#random.chance(0.3) ? { key, rangeEnd: other } : { key }
  }

  /** Different keys on every level: nobody may write one twice. */
  #txn(depth: number): pb.TxnRequest.$Properties {
    const names = Array.from({ length: KEYS }, (_, i) => i).filter(() => this.#random.chance(0.3))
    const key = this.#key()
    const compare = [
      {
        key,
        target: pb.Compare.CompareTarget.VERSION,
        result: this.#random.pick([
          pb.Compare.CompareResult.EQUAL,
          pb.Compare.CompareResult.GREATER,
          pb.Compare.CompareResult.LESS,
        ]),
        version: this.#random.int(3),
      },
    ]
    const ops = (): pb.RequestOp.$Properties[] =>
      names.map((name) => {
        const kind = this.#random.float()
        if (kind < 0.6) return { requestPut: this.#put(keyOf(name)) }
        if (kind < 0.8) return { requestDeleteRange: { key: keyOf(name), prevKv: true } }
        return { requestRange: { key: keyOf(name) } }
      })
    const inner = depth > 0 && this.#random.chance(0.3) ? [{ requestTxn: this.#nested() }] : []
    return { compare, success: [...ops(), ...inner], failure: ops() }
  }

  #nested(): pb.TxnRequest.$Properties {
    return { success: [{ requestPut: this.#put(Buffer.from(`nested-${this.#random.int(3)}`)) }] }
  }

  #key(): Uint8Array {
    return keyOf(this.#random.int(KEYS))
  }
}

function keyOf(number: number): Uint8Array {
  // One is binary, one is the beginning of another.
  if (number === 0) return Buffer.from([0xff, 0, 1])
  return Buffer.from(number === 1 ? 'key' : `key-${number}`)
}

function revisionOf(answer: unknown): number | undefined {
  assert(typeof answer === 'object' && answer !== null, 'an answer is a message')
  const header: unknown = Reflect.get(answer, 'header')
  if (typeof header !== 'object' || header === null) return undefined
  return Number(Reflect.get(header, 'revision'))
}
