import type { SeededRandom } from '../../../src/sim/index.ts'
import type { EtcdStore, WatchEvent } from '../../../src/store/index.ts'
import { Violation } from '../world.ts'
import type { KeyEvent, KeyState } from './history.ts'
import { type State, statesOf } from './linearizability.ts'
import type { Revisions } from './revisions.ts'

// etcdserverpb.WatchCreateRequest.FilterType.
const NO_PUT = 0
const NO_DELETE = 1

interface Seen {
  readonly revision: number
  readonly event: KeyEvent
  readonly prev: KeyState | undefined
}

/** Revisions of which everything that was asked for has come, without a gap. */
interface Covered {
  readonly from: number
  to: number
}

/**
 * Watches some keys, some kinds of change, with the values before, and takes progress notifications
 * as bookmarks: from where it goes on elsewhere.
 */
export class ChosenWatcher {
  readonly #name: string
  readonly #revisions: Revisions
  readonly #seen: Seen[] = []
  readonly #from: string
  readonly #to: string
  readonly #noPut: boolean
  readonly #noDelete: boolean
  #covered: Covered[] = [{ from: 2, to: 1 }]
  #stop: () => void = () => {}

  constructor(options: { name: string; revisions: Revisions; random: SeededRandom }) {
    const { name, revisions, random } = options
    this.#name = name
    this.#revisions = revisions
    const [from, to] = random.pick([
      ['a', 'c'],
      ['b', 'f'],
      ['c', 'd'],
      ['lease-', 'lease.'],
    ])
    this.#from = from ?? ''
    this.#to = to ?? ''
    const kind = random.float()
    this.#noPut = kind < 0.3
    this.#noDelete = kind > 0.7
  }

  /** The revision that it waits for. */
  get next(): number {
    return (this.#covered.at(-1)?.to ?? 1) + 1
  }

  /** Goes on at a member, from where it is. Returns when that stream ends. */
  async follow(store: EtcdStore): Promise<void> {
    const stream = store.watch()
    let isConnected = true
    this.#stop = () => {
      isConnected = false
      stream.close()
    }
    const filters = [...(this.#noPut ? [NO_PUT] : []), ...(this.#noDelete ? [NO_DELETE] : [])]
    stream.create({
      key: Buffer.from(this.#from),
      rangeEnd: Buffer.from(this.#to),
      startRevision: this.next,
      progressNotify: true,
      prevKv: true,
      filters,
    })
    for await (const response of stream) {
      if (!isConnected) return
      const { canceled, created, compactRevision, cancelReason, events, header } = response
      if (canceled) {
        if (compactRevision === 0) throw new Violation(`watch: ${cancelReason}`)
        this.#covered.push({ from: compactRevision, to: compactRevision - 1 })
        return
      }
      if (events.length > 0) this.#take(events)
      else if (!created) this.#cover(header.revision)
    }
  }

  disconnect(): void {
    this.#stop()
  }

  /** All that was asked for came, once, in order, with the right values before. */
  check(): void {
    const states = statesOf(this.#revisions)
    for (const seen of this.#seen) this.#checkSeen(seen, states)
    for (const { from, to } of this.#covered) {
      for (let revision = from; revision <= to; revision++) this.#checkRevision(revision)
    }
  }

  #take(events: readonly WatchEvent[]): void {
    let newest = 0
    for (const { type, kv, prevKv } of events) {
      const revision = kv.modRevision
      // A revision comes whole: none that came before comes again.
      if (revision < this.next || revision < newest) {
        throw new Violation(`watch: ${this.#name} got revision ${revision} after ${this.next - 1}`)
      }
      newest = revision
      const event = { type, key: textOf(kv.key), ...stateOf(kv) }
      this.#seen.push({ revision, event, prev: prevKv && stateOf(prevKv) })
    }
    this.#cover(newest)
  }

  #cover(revision: number): void {
    const last = this.#covered.at(-1)
    if (last) last.to = Math.max(last.to, revision)
  }

  #wants({ type, key }: KeyEvent): boolean {
    if (key < this.#from || key >= this.#to) return false
    return type === 'put' ? !this.#noPut : !this.#noDelete
  }

  #checkRevision(revision: number): void {
    const all = this.#revisions.at(revision)
    if (!all) return
    const wanted = all.filter((event) => this.#wants(event)).map(short)
    const seen = this.#seen.filter((each) => each.revision === revision)
    const got = seen.map(({ event }) => short(event))
    if (JSON.stringify(got) === JSON.stringify(wanted)) return
    throw new Violation(
      `watch: ${this.#name} got ${JSON.stringify(got)} of revision ${revision}, not ${JSON.stringify(wanted)}`,
    )
  }

  #checkSeen({ revision, event, prev }: Seen, states: readonly (State | undefined)[]): void {
    if (!this.#wants(event))
      throw new Violation(`watch: ${this.#name} did not ask for ${event.key}`)
    const before = states[revision - 1]
    if (!before) return
    const expected = before.get(event.key)
    // What was compacted meanwhile is not told any more.
    if (!prev && revision - 1 < this.#revisions.compacted) return
    if (same(prev, expected)) return
    throw new Violation(
      `watch: ${this.#name} was told that ${event.key} was ${JSON.stringify(prev)} before ` +
        `revision ${revision}, not ${JSON.stringify(expected)}`,
    )
  }
}

function same(a: KeyState | undefined, b: KeyState | undefined): boolean {
  if (!a || !b) return a === b
  return (
    a.value === b.value &&
    a.createRevision === b.createRevision &&
    a.modRevision === b.modRevision &&
    a.version === b.version
  )
}

function short({ type, key, value }: KeyEvent): string {
  return type === 'put' ? `put ${key} ${value}` : `delete ${key}`
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString()
}

function stateOf(kv: WatchEvent['kv']): KeyState {
  const { createRevision, modRevision, version } = kv
  return { value: textOf(kv.value), createRevision, modRevision, version }
}
