import type { EtcdStore } from '../../../src/store/index.ts'
import { Violation } from '../world.ts'

/** What of an object is looked at. */
export interface Seen {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid: string
    readonly deletionTimestamp?: string
    readonly labels?: Readonly<Record<string, string>>
    readonly ownerReferences?: readonly { readonly uid: string; readonly controller?: boolean }[]
  }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

const ALL_KEYS = { key: Buffer.from('/registry/'), rangeEnd: Buffer.from('/registry0') }
/** Writes that go on when nothing happens: heartbeats, and the record of compactions. */
const HEARTBEATS = /^\/registry\/(leases|events|masterleases|minions)\//

/** Follows every revision of the store, over member after member, and checks each change. */
export class Observer {
  readonly objects = new Map<string, Seen>()
  /** Keys that were written, heartbeats aside, since it was last emptied. */
  readonly written: string[] = []
  #next = 1
  #stop: () => void = () => {}
  readonly #finished = new Map<string, number>()
  readonly #onChange: (line: string) => void

  /** `onChange` gets a line for every change. */
  constructor(onChange: (line: string) => void) {
    this.#onChange = onChange
  }

  get next(): number {
    return this.#next
  }

  /** Goes on at a member. Returns when that stream ends. */
  async follow(store: EtcdStore): Promise<void> {
    const stream = store.watch()
    this.#stop = () => stream.close()
    stream.create({ ...ALL_KEYS, startRevision: this.#next })
    for await (const response of stream) {
      if (response.canceled) throw new Violation(`observer: ${response.cancelReason}`)
      for (const { type, kv } of response.events) {
        if (kv.modRevision < this.#next) throw new Violation('observer: an event came twice')
        this.#onChange(`${kv.modRevision} ${type} ${Buffer.from(kv.key).toString()}`)
        this.#take(type, Buffer.from(kv.key).toString(), Buffer.from(kv.value).toString())
      }
      const last = response.events.at(-1)
      if (last) this.#next = last.kv.modRevision + 1
    }
  }

  disconnect(): void {
    this.#stop()
  }

  ofKind(kind: string): Seen[] {
    return [...this.objects.values()].filter((object) => object.kind === kind)
  }

  #take(type: 'put' | 'delete', key: string, text: string): void {
    if (!HEARTBEATS.test(key)) this.written.push(key)
    if (type === 'delete') {
      this.objects.delete(key)
      return
    }
    if (!text.startsWith('{')) return
    const now = JSON.parse(text) as Seen
    // Address ranges and the like are no objects.
    if (!now.metadata?.uid) return
    const old = this.objects.get(key)
    this.objects.set(key, now)
    if (now.kind === 'Pod') checkPod(key, old, now)
    if (now.kind === 'Job') this.#checkJob(key, now)
    if (old && old.metadata.uid !== now.metadata.uid) {
      throw new Violation(`${key} changed its uid without being deleted`)
    }
  }

  /** Pods are counted once each, and never taken back. */
  #checkJob(key: string, { metadata, spec, status }: Seen): void {
    const succeeded = Number(status?.['succeeded'] ?? 0)
    const before = this.#finished.get(metadata.uid) ?? 0
    if (succeeded < before) throw new Violation(`${key}: succeeded fell from ${before}`)
    if (succeeded > Number(spec?.['completions'] ?? 0)) {
      throw new Violation(`${key}: ${succeeded} pods succeeded, more than were wanted`)
    }
    this.#finished.set(metadata.uid, succeeded)
  }
}

/** A pod gets its node once; its phase does not go back. */
function checkPod(key: string, old: Seen | undefined, now: Seen): void {
  const [before, after] = [old?.spec?.['nodeName'], now.spec?.['nodeName']]
  if (old && before !== undefined && before !== after) {
    throw new Violation(`${key} was bound to ${JSON.stringify([before, after])}`)
  }
  const ended = old?.status?.['phase']
  const isOver = ended === 'Succeeded' || ended === 'Failed'
  if (old && isOver && now.status?.['phase'] !== ended) {
    throw new Violation(`${key} had ${String(ended)}, and is ${String(now.status?.['phase'])}`)
  }
}
