import {
  DiskError,
  type Engine,
  type EngineEntry,
  type EngineOp,
  type EngineRange,
  type OpenEngine,
} from '../base/index.ts'
import type { Lifetime, SimClock } from './clock.ts'
import { SimMedium } from './medium.ts'
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
  readonly #medium: SimMedium
  readonly #stores = new Map<string, Store>()

  constructor(options: { clock: SimClock; random: SeededRandom; medium?: SimMedium }) {
    this.#clock = options.clock
    this.#random = options.random
    this.#medium = options.medium ?? new SimMedium()
    this.#medium.add(() => [...this.#stores.values()].reduce((sum, each) => sum + each.bytes, 0))
  }

  /** How one process opens engines. */
  of(lifetime: Lifetime): OpenEngine {
    return (path) => {
      let store = this.#stores.get(path)
      if (!store) this.#stores.set(path, (store = new Store()))
      const opened = store
      return this.#perform(lifetime, BATCH_MS_MAX, () => {
        const perform: Perform = (maxMs, act) => this.#perform(lifetime, maxMs, act)
        opened.reopen()
        return new ProcessEngine(opened, { path, perform, medium: this.#medium })
      })
    }
  }

  crash(): void {
    for (const store of this.#stores.values()) store.crash(this.#random)
  }

  #perform<T>(lifetime: Lifetime, maxMs: number, act: () => T): Promise<T> {
    return new Promise((resolve, reject) => {
      this.#clock.schedule(this.#random.between(0, maxMs), () => {
        if (!lifetime.alive) return
        try {
          resolve(act())
        } catch (error) {
          reject(error)
        }
      })
    })
  }
}

type Perform = <T>(maxMs: number, act: () => T) => Promise<T>

class Store {
  current = new SortedBytes()
  #durable = new SortedBytes()
  #pending: Batch[] = []
  /** A sync has failed: what is read is not on the medium, and no later sync brings it there. */
  #isTorn = false

  get bytes(): number {
    return this.current.sizeBytes
  }

  /** LevelDB writes what it reads back from its log as a table of its own. */
  reopen(): void {
    if (!this.#isTorn) return
    this.#isTorn = false
    this.#pending = []
    this.#durable = this.current.copy()
  }

  write(batch: Batch): void {
    apply(this.current, batch)
    this.#pending.push(batch)
  }

  sync(): void {
    if (this.#isTorn) return
    for (const batch of this.#pending) apply(this.#durable, batch)
    this.#pending = []
  }

  failSync(): void {
    this.#pending = []
    this.#isTorn = true
  }

  crash(random: SeededRandom): void {
    this.#pending.length = random.int(this.#pending.length + 1)
    this.sync()
    this.current = this.#durable.copy()
    this.#isTorn = false
  }
}

class ProcessEngine implements Engine {
  readonly #store: Store
  readonly #path: string
  readonly #perform: Perform
  readonly #medium: SimMedium
  /** As LevelDB: after a sync that failed nothing is written until it is opened anew. */
  #failure: DiskError | undefined

  constructor(store: Store, options: { path: string; perform: Perform; medium: SimMedium }) {
    this.#store = store
    this.#path = options.path
    this.#perform = options.perform
    this.#medium = options.medium
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#store.current.get(key)
  }

  async batch(ops: readonly EngineOp[], options: { sync?: boolean } = {}): Promise<void> {
    const sync = options.sync ?? false
    const copy = ops.map((op) => copyOf(op))
    // Visible when it is done, as with a real engine: nobody may count on less.
    await this.#perform(sync ? SYNC_MS_MAX : BATCH_MS_MAX, () => {
      if (this.#failure) throw this.#failure
      // As LevelDB: a batch that did not fit is left out, and the next one may fit.
      if (bytesOf(copy) > this.#medium.freeBytes) throw noSpace(this.#path)
      this.#store.write(copy)
      if (sync) this.#sync()
    })
  }

  #sync(): void {
    if (!this.#medium.takeFailure(this.#path)) return this.#store.sync()
    this.#store.failSync()
    this.#failure = new DiskError('io', this.#path, `${this.#path}: input/output error`)
    throw this.#failure
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

function bytesOf(batch: Batch): number {
  return batch.reduce((bytes, op) => {
    return bytes + op.key.length + (op.type === 'put' ? op.value.length : 0)
  }, 0)
}

function noSpace(path: string): DiskError {
  return new DiskError('no-space', path, `${path}: the disk is full: free some space and try again`)
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
