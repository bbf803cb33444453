import type { Random } from '../../../../src/base/index.ts'
import type { RaftConfig } from '../../../../src/raft/config.ts'
import {
  decodeConfChange,
  type Entry,
  emptyConfState,
  MemoryStorage,
  type Message,
  RawNode,
  type RaftId,
  type ReadState,
  type Snapshot,
} from '../../../../src/raft/index.ts'

/** A member with its storage, and what it has applied. */
export class TestMember {
  readonly id: RaftId
  readonly storage: MemoryStorage
  readonly node: RawNode
  /** Texts of applied entries, without the empty ones. */
  readonly applied: string[] = []
  readonly reads: ReadState[] = []
  readonly sent: Message[] = []

  constructor(id: RaftId, storage: MemoryStorage, options: Partial<RaftConfig>) {
    this.id = id
    this.storage = storage
    this.node = new RawNode({
      id,
      storage,
      electionTicks: 10,
      heartbeatTicks: 1,
      random: seeded(id),
      ...options,
    })
  }

  get role(): string {
    return this.node.status().role
  }

  get term(): number {
    return this.node.status().term
  }

  /** All of the log that is durable, as `term:text`. */
  log(): string[] {
    const { storage } = this
    if (storage.lastIndex() < storage.firstIndex()) return []
    return storage
      .entries(storage.firstIndex(), storage.lastIndex() + 1, Number.MAX_SAFE_INTEGER)
      .map((e) => `${e.term}:${text(e.data)}`)
  }

  /** Does all that is to be done, and returns what is to be sent. */
  work(): Message[] {
    const sent: Message[] = []
    while (this.node.hasReady()) {
      const ready = this.node.ready()
      if (ready.snapshot) this.#restore(ready.snapshot)
      this.storage.append(ready.entries)
      if (ready.hardState) this.storage.setHardState(ready.hardState)
      sent.push(...ready.messages)
      this.reads.push(...ready.readStates)
      for (const entry of ready.committedEntries) this.#apply(entry)
      this.node.advance()
    }
    this.sent.push(...sent)
    return sent
  }

  tick(count = 1): void {
    for (let i = 0; i < count; i++) this.node.tick()
  }

  propose(value: string): string {
    return this.node.propose(new TextEncoder().encode(value))
  }

  /** Keeps a snapshot of what is applied, and forgets the log up to there. */
  compact(): void {
    const { applied, confState } = this.node.status()
    const data = new TextEncoder().encode(JSON.stringify(this.applied))
    this.storage.createSnapshot(applied, confState, data)
    this.storage.compact(applied)
  }

  #restore(snapshot: Snapshot): void {
    this.storage.applySnapshot(snapshot)
    const state: string[] = JSON.parse(text(snapshot.data))
    this.applied.splice(0, this.applied.length, ...state)
  }

  #apply(entry: Entry): void {
    if (entry.type !== 'normal') this.node.applyConfChange(decodeConfChange(entry))
    else if (entry.data.length > 0) this.applied.push(text(entry.data))
  }
}

/** Members that exchange messages at once, unless `lose` says otherwise. */
export class Group {
  readonly members = new Map<RaftId, TestMember>()
  readonly #options: Partial<RaftConfig>
  readonly #voters: readonly RaftId[]
  lose: (m: Message) => boolean = () => false

  constructor(ids: readonly RaftId[], options: Partial<RaftConfig> = {}) {
    this.#options = options
    this.#voters = ids
    for (const id of ids) this.add(id)
  }

  /** A member that starts from the group's first configuration, whether it is in it or not. */
  add(id: RaftId): TestMember {
    const confState = { ...emptyConfState, voters: this.#voters }
    const storage = new MemoryStorage({
      metadata: { index: 0, term: 0, confState },
      data: new Uint8Array(0),
    })
    const member = new TestMember(id, storage, this.#options)
    this.members.set(id, member)
    return member
  }

  get(id: RaftId): TestMember {
    const member = this.members.get(id)
    if (!member) throw new Error(`no member ${id}`)
    return member
  }

  /** Cuts a member off from all others, both ways. */
  isolate(...ids: RaftId[]): void {
    this.lose = (m) => ids.includes(m.from) || ids.includes(m.to)
  }

  heal(): void {
    this.lose = () => false
  }

  elect(id: RaftId): TestMember {
    const member = this.get(id)
    member.node.campaign()
    this.settle()
    return member
  }

  /** Delivers messages until nobody has anything more to say. */
  settle(): void {
    for (let busy = true; busy; ) {
      busy = false
      for (const member of this.members.values()) {
        for (const m of member.work()) {
          busy = true
          if (!this.lose(m)) this.members.get(m.to)?.node.step(m)
        }
      }
    }
  }

  /** Lets time pass for everybody, delivering after each tick. */
  tick(count: number): void {
    for (let i = 0; i < count; i++) {
      for (const member of this.members.values()) member.tick()
      this.settle()
    }
  }

  leaders(): TestMember[] {
    return [...this.members.values()].filter((m) => m.role === 'leader')
  }
}

export function entry(index: number, term: number, value = ''): Entry {
  return { index, term, type: 'normal', data: new TextEncoder().encode(value) }
}

export function text(data: Uint8Array): string {
  return new TextDecoder().decode(data)
}

/** A small generator (mulberry32): the same seed gives the same draws. */
export function seeded(seed: number): Random {
  let state = seed >>> 0
  const float = () => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  return {
    float,
    int: (below) => Math.floor(float() * below),
    bytes: (length) => Uint8Array.from({ length }, () => Math.floor(float() * 256)),
    uuid: () => `${Math.floor(float() * 2 ** 48)}`,
    fork: (domain) => seeded(seed * 31 + domain.length),
  }
}
