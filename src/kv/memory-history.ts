import { compareKeys } from './keys.ts'
import type { KeyValue, KvEvent, Revision } from './types.ts'

/** A key's new value; undefined removes it. */
export interface Change {
  readonly key: string
  readonly kv: KeyValue | undefined
}

export interface Commit {
  readonly revision: Revision
  readonly events: readonly KvEvent[]
}

/** What one key was from `revision` on, until its next version. */
interface Version {
  readonly revision: Revision
  readonly kv: KeyValue | undefined
}

/** Every version of every key since the last compaction, and the commits that made them. */
export class History {
  #revision: Revision = 1
  #compacted: Revision = 0
  readonly #versions = new Map<string, Version[]>()
  /** Keys of `#versions` in byte order. */
  readonly #keys: string[] = []
  #commits: Commit[] = []

  get revision(): Revision {
    return this.#revision
  }

  get compacted(): Revision {
    return this.#compacted
  }

  newest(key: string): KeyValue | undefined {
    return this.#versions.get(key)?.at(-1)?.kv
  }

  at(key: string, revision: Revision): KeyValue | undefined {
    return this.#versions.get(key)?.findLast((version) => version.revision <= revision)?.kv
  }

  /** Living keys under a prefix, in byte order. */
  range(prefix: string, options: { after?: string | undefined; at: Revision }): KeyValue[] {
    const { after } = options
    const found: KeyValue[] = []
    const from = after !== undefined && compareKeys(after, prefix) > 0 ? after : prefix
    for (let i = this.#position(from); i < this.#keys.length; i++) {
      const key = this.#keys[i] ?? ''
      if (!key.startsWith(prefix)) break
      if (key === after) continue
      const kv = this.at(key, options.at)
      if (kv) found.push(kv)
    }
    return found
  }

  /** Applies changes as one revision. */
  commit(changes: readonly Change[]): Commit {
    const revision = ++this.#revision
    const events = changes.map(({ key, kv }): KvEvent => {
      const previous = this.newest(key)
      let versions = this.#versions.get(key)
      if (!versions) {
        versions = []
        this.#versions.set(key, versions)
        this.#keys.splice(this.#position(key), 0, key)
      }
      versions.push({ revision, kv })
      return kv
        ? { type: 'put', kv, previous }
        : { type: 'delete', key, modRevision: revision, previous }
    })
    const commit = { revision, events }
    this.#commits.push(commit)
    return commit
  }

  since(revision: Revision): readonly Commit[] {
    const first = this.#commits.findIndex((commit) => commit.revision >= revision)
    return first < 0 ? [] : this.#commits.slice(first)
  }

  /** Forgets what only reads before `revision` could see. */
  compact(revision: Revision): void {
    if (revision <= this.#compacted) return
    this.#compacted = revision
    this.#commits = this.#commits.filter((commit) => commit.revision >= revision)
    for (const [key, versions] of this.#versions) {
      const base = versions.findLastIndex((version) => version.revision <= revision)
      // A tombstone at the base says nothing that absence does not.
      const from = base >= 0 && versions[base]?.kv === undefined ? base + 1 : Math.max(base, 0)
      const kept = versions.slice(from)
      if (kept.length > 0) this.#versions.set(key, kept)
      else {
        this.#versions.delete(key)
        this.#keys.splice(this.#position(key), 1)
      }
    }
  }

  /** Where `key` stands, or would stand, in `#keys`. */
  #position(key: string): number {
    let low = 0
    let high = this.#keys.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (compareKeys(this.#keys[middle] ?? '', key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
