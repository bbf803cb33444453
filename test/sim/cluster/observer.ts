import type { EtcdStore } from '../../../src/store/index.ts'
import { Violation } from '../world.ts'
import { RULES } from './rules/index.ts'
import { Recent } from './recent.ts'
import { ownerOf, type Seen } from './seen.ts'

const ALL_KEYS = { key: Buffer.from('/registry/'), rangeEnd: Buffer.from('/registry0') }
/** Writes that go on when nothing happens: heartbeats, and the record of compactions. */
const HEARTBEATS = /^\/registry\/(leases|events|masterleases|minions)\//
/** What no rule is about. */
const UNSEEN =
  /^\/registry\/(leases|events|masterleases|clusterroles|clusterrolebindings|flowschemas|prioritylevelconfigurations)\//

/** One change of an object, when everything has been brought up to it. */
export interface SeenChange {
  readonly key: string
  readonly old: Seen | undefined
  readonly now: Seen | undefined
}

/** Follows every revision of the store, over member after member, and checks each change. */
export class Observer {
  readonly objects = new Map<string, Seen>()
  /** What objects were a short while ago, by UID. */
  readonly recent: Recent
  readonly uids = new Set<string>()
  readonly deletions = new Deletions()
  /** Keys that were written, heartbeats aside, since it was last emptied. */
  readonly written: string[] = []
  readonly #byKind = new Map<string, Map<string, Seen>>()
  readonly #rules = RULES.map((make) => make())
  readonly #onChange: (line: string) => void
  #next = 1
  #stop: () => void = () => {}

  /** `onChange` gets a line for every change. */
  constructor(options: { elapsedMs: () => number; onChange: (line: string) => void }) {
    this.#onChange = options.onChange
    this.recent = new Recent(options.elapsedMs)
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
        const key = Buffer.from(kv.key).toString()
        this.#onChange(`${kv.modRevision} ${type} ${key}`)
        this.take(type, key, kv.value)
      }
      const last = response.events.at(-1)
      if (last) this.#next = last.kv.modRevision + 1
    }
  }

  disconnect(): void {
    this.#stop()
  }

  ofKind(kind: string): Seen[] {
    return [...(this.#byKind.get(kind)?.values() ?? [])]
  }

  ownedBy(uid: string, kind: string): Seen[] {
    return this.ofKind(kind).filter((object) => ownerOf(object)?.uid === uid)
  }

  /** The next change; throws when it breaks a rule. */
  take(type: 'put' | 'delete', key: string, value: Uint8Array): void {
    if (!HEARTBEATS.test(key)) this.written.push(key)
    if (UNSEEN.test(key)) return
    const old = this.objects.get(key)
    const now = type === 'put' ? read(value) : undefined
    if (!old && !now) return
    if (old) this.#forget(key, old)
    if (now) this.#note(key, now)
    this.recent.saw(old, now)
    if (old && now && old.metadata.uid !== now.metadata.uid) {
      throw new Violation(`${key} changed its uid without being deleted`)
    }
    for (const rule of this.#rules) rule({ key, old, now }, this)
  }

  #note(key: string, now: Seen): void {
    this.objects.set(key, now)
    this.uids.add(now.metadata.uid)
    const kind = this.#byKind.get(now.kind) ?? new Map<string, Seen>()
    this.#byKind.set(now.kind, kind.set(key, now))
  }

  #forget(key: string, old: Seen): void {
    this.objects.delete(key)
    this.uids.delete(old.metadata.uid)
    this.#byKind.get(old.kind)?.delete(key)
  }
}

/** Who asked for which deletion. */
export class Deletions {
  readonly #by = new Map<string, string>()

  /** `url`: of the object, such as `/api/v1/namespaces/default/pods/a`. */
  noted(by: string, url: string): void {
    const [, key] = /\/namespaces\/([^?]+)/.exec(url) ?? []
    if (key) this.#by.set(key, by)
  }

  /** The last who asked; undefined for users and nodes. */
  by({ namespace, name }: { namespace?: string; name: string }): string | undefined {
    return this.#by.get(`${namespace}/pods/${name}`)
  }
}

/** Address ranges and the like are no objects. */
function read(value: Uint8Array): Seen | undefined {
  const text = Buffer.from(value).toString()
  if (!text.startsWith('{')) return undefined
  const object = JSON.parse(text) as Seen
  return object.metadata?.uid ? object : undefined
}
