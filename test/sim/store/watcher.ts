import type { EtcdStore } from '../../../src/store/index.ts'
import { Violation } from '../world.ts'
import type { KeyEvent } from './history.ts'
import type { Revisions } from './revisions.ts'

const ALL_KEYS = { key: new Uint8Array([0]), rangeEnd: new Uint8Array([0]) }

/** Watches everything, over member after member, and notes what it saw of each revision. */
export class Watcher {
  readonly #name: string
  readonly #revisions: Revisions
  readonly #seen: number[] = []
  #from: number
  #isOpen = true
  #stop: () => void = () => {}

  constructor(options: { name: string; revisions: Revisions; from?: number }) {
    this.#name = options.name
    this.#revisions = options.revisions
    this.#from = options.from ?? 2
  }

  /** The revision that it waits for. */
  get next(): number {
    return this.#from
  }

  /** Goes on at a member, from where it is. Returns when that stream ends. */
  async follow(store: EtcdStore): Promise<void> {
    const stream = store.watch()
    this.#stop = () => stream.close()
    if (!this.#isOpen) return
    stream.create({ ...ALL_KEYS, startRevision: this.#from })
    for await (const response of stream) {
      // What a killed member had on its way does not arrive.
      if (!this.#isOpen) return
      if (response.canceled) {
        if (response.compactRevision === 0) throw new Violation(`watch: ${response.cancelReason}`)
        this.#from = response.compactRevision
        this.#seen.length = 0
        return
      }
      this.#take(response.events.map(eventOf))
    }
  }

  /** The connection to the member is gone. */
  disconnect(): void {
    this.#stop()
  }

  close(): void {
    this.#isOpen = false
    this.#stop()
  }

  /** No gap: it saw every revision from its first to its last. */
  check(): void {
    const [first] = this.#seen
    if (first === undefined) return
    for (const [i, revision] of this.#seen.entries()) {
      if (revision === first + i) continue
      throw new Violation(`watch: ${this.#name} missed revision ${first + i}`)
    }
  }

  #take(events: readonly (KeyEvent & { modRevision: number })[]): void {
    const byRevision = new Map<number, KeyEvent[]>()
    for (const { modRevision, ...event } of events) {
      const group = byRevision.get(modRevision)
      if (group) group.push(event)
      else byRevision.set(modRevision, [event])
    }
    for (const [revision, group] of byRevision) {
      if (revision < this.#from) {
        throw new Violation(`watch: ${this.#name} got revision ${revision} after ${this.#from - 1}`)
      }
      this.#revisions.saw(this.#name, revision, group)
      this.#seen.push(revision)
      this.#from = revision + 1
    }
  }
}

function eventOf({
  type,
  kv,
}: {
  type: 'put' | 'delete'
  kv: {
    key: Uint8Array
    value: Uint8Array
    createRevision: number
    modRevision: number
    version: number
  }
}): KeyEvent & { modRevision: number } {
  return {
    type,
    key: Buffer.from(kv.key).toString(),
    value: Buffer.from(kv.value).toString(),
    createRevision: kv.createRevision,
    version: kv.version,
    modRevision: kv.modRevision,
  }
}
