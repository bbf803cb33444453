import fc from 'fast-check'

/** Keys with their whole history, kept the simplest way: a copy of everything per revision. */
export interface ModelValue {
  readonly value: string
  readonly create: number
  readonly mod: number
  readonly version: number
}

export type Snapshot = ReadonlyMap<string, ModelValue>

export class Model {
  /** By revision; revision 1 is the empty store. */
  readonly history: Snapshot[] = [new Map(), new Map()]
  compacted = -1

  get revision(): number {
    return this.history.length - 1
  }

  get newest(): Snapshot {
    return this.history[this.revision] as Snapshot
  }

  put(key: string, value: string): void {
    const mod = this.revision + 1
    const before = this.newest.get(key)
    const after = new Map(this.newest)
    const version = (before?.version ?? 0) + 1
    after.set(key, { value, mod, create: before?.create ?? mod, version })
    this.history.push(after)
  }

  remove(from: string, to: string): number {
    const gone = [...this.newest.keys()].filter((key) => key >= from && key < to)
    if (gone.length === 0) return 0
    const after = new Map(this.newest)
    for (const key of gone) after.delete(key)
    this.history.push(after)
    return gone.length
  }

  /** What a read at `revision` shows, in order. */
  list(revision: number): (ModelValue & { key: string })[] {
    const entries = [...(this.history[revision] as Snapshot)]
    return entries.map(([key, value]) => ({ key, ...value })).sort((a, b) => order(a.key, b.key))
  }

  /** What a watch of everything sees from `revision` on: one line per changed key. */
  events(revision: number): string[] {
    const lines: string[] = []
    for (let at = Math.max(revision, 2); at <= this.revision; at++) {
      const before = this.history[at - 1] as Snapshot
      const after = this.history[at] as Snapshot
      for (const key of [...before.keys()].sort(order)) {
        if (!after.has(key)) lines.push(`${at} delete ${key}`)
      }
      for (const [key, { mod, value }] of after) {
        if (mod === at) lines.push(`${at} put ${key}=${value}`)
      }
    }
    return lines
  }
}

function order(a: string, b: string): number {
  return a < b ? -1 : 1
}

export type Op =
  | { readonly kind: 'put'; readonly key: string; readonly value: string }
  | { readonly kind: 'remove'; readonly from: string; readonly to: string }
  | { readonly kind: 'compact'; readonly back: number }
  | { readonly kind: 'flush' }
  | { readonly kind: 'restart' }

const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')

/** What happens to a store. `flush` and `restart` must not show in any answer. */
export const op: fc.Arbitrary<Op> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({ kind: fc.constant('put'), key, value: fc.string({ maxLength: 3 }) }),
  },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('remove'), from: key, to: key }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('compact'), back: fc.nat(5) }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'flush' } as const) },
  { weight: 1, arbitrary: fc.constant({ kind: 'restart' } as const) },
)
