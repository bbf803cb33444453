import type { Engine, EngineEntry, EngineOp, EngineRange, OpenEngine } from '../base/index.ts'
import type { Lifetime, SimClock } from './clock.ts'
import type { SeededRandom } from './random.ts'
import { SortedBytes } from './sorted-bytes.ts'

/** Milliseconds that a batch takes at most, without and with sync. */
const BATCH_MS_MAX = 0.5
const SYNC_MS_MAX = 3

type Batch = readonly EngineOp[]

/**
 * The engines of one machine, by folder. A crash loses a suffix of the batches that were not
 * synced, never a middle one.
 */
export class SimEngines {
  readonly #clock: SimClock
  readonly #random: SeededRandom
  readonly #stores = new Map<string, Store>()

  constructor(options: { clock: SimClock; random: SeededRandom }) {
    this.#clock = options.clock
    this.#random = options.random
  }

  /** How one process opens engines. */
  of(lifetime: Lifetime): OpenEngine {
    return (path) => {
      let store = this.#stores.get(path)
      if (!store) this.#stores.set(path, (store = new Store()))
      const opened = store
      return this.#perform(lifetime, BATCH_MS_MAX, () => {
        const perform: Perform = (maxMs, act) => this.#perform(lifetime, maxMs, act)
        return new ProcessEngine(opened, perform)
      })
    }
  }

  crash(): void {
    for (const store of this.#stores.values()) store.crash(this.#random)
  }

  #perform<T>(lifetime: Lifetime, maxMs: number, act: () => T): Promise<T> {
    return new Promise((resolve) => {
      this.#clock.schedule(this.#random.between(0, maxMs), () => {
        if (lifetime.alive) resolve(act())
      })
    })
  }
}

type Perform = <T>(maxMs: number, act: () => T) => Promise<T>

class Store {
  current = new SortedBytes()
  #durable = new SortedBytes()
  #pending: Batch[] = []

  write(batch: Batch): void {
    apply(this.current, batch)
    this.#pending.push(batch)
  }

  sync(): void {
    for (const batch of this.#pending) apply(this.#durable, batch)
    this.#pending = []
  }

  crash(random: SeededRandom): void {
    this.#pending.length = random.int(this.#pending.length + 1)
    this.sync()
    this.current = this.#durable.copy()
  }
}

class ProcessEngine implements Engine {
  readonly #store: Store
  readonly #perform: Perform

  constructor(store: Store, perform: Perform) {
    this.#store = store
    this.#perform = perform
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#store.current.get(key)
  }

  async batch(ops: readonly EngineOp[], options: { sync?: boolean } = {}): Promise<void> {
    const sync = options.sync ?? false
    const copy = ops.map((op) => copyOf(op))
    // Visible when it is done, as with a real engine: nobody may count on less.
    await this.#perform(sync ? SYNC_MS_MAX : BATCH_MS_MAX, () => {
      this.#store.write(copy)
      if (sync) this.#store.sync()
    })
  }

  async *iterate(range: EngineRange = {}): AsyncIterable<readonly EngineEntry[]> {
    const entries = this.#store.current.entries(range)
    await this.#perform(BATCH_MS_MAX, () => {})
    yield entries.map(([key, value]): EngineEntry => [key.slice(), value.slice()])
  }

  async clear(range: EngineRange = {}): Promise<void> {
    const keys = this.#store.current.entries(range).map(([key]) => key)
    await this.batch(keys.map((key) => ({ type: 'del', key })))
  }

  compact(): Promise<void> {
    return this.#perform(BATCH_MS_MAX, () => {})
  }

  sizeBytes(): Promise<number> {
    return this.#perform(BATCH_MS_MAX, () => this.#store.current.sizeBytes)
  }

  close(): Promise<void> {
    return this.#perform(SYNC_MS_MAX, () => this.#store.sync())
  }
}

function apply(target: SortedBytes, batch: Batch): void {
  for (const op of batch) {
    if (op.type === 'put') target.put(op.key, op.value)
    else target.delete(op.key)
  }
}

function copyOf(op: EngineOp): EngineOp {
  const key = op.key.slice()
  return op.type === 'put' ? { type: 'put', key, value: op.value.slice() } : { type: 'del', key }
}
