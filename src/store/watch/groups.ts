import { inRange, type KeyRange } from '../mvcc/index.ts'
import type { SharedEvent } from './event.ts'
import type { Watcher } from './watcher.ts'

/** Synced watchers of one range: what is found for one goes to all. */
export interface WatchGroup {
  readonly range: KeyRange
  readonly watchers: Set<Watcher>
  /** Events not yet handed to the watchers. */
  fresh: SharedEvent[]
}

/** The synced watchers, found by the key that changed. */
export class WatchGroups {
  readonly #points = new Map<string, WatchGroup>()
  readonly #rangeByName = new Map<string, WatchGroup>()
  /** Sorted by the start of the range. */
  #ranges: WatchGroup[] = []

  get empty(): boolean {
    return this.#points.size === 0 && this.#ranges.length === 0
  }

  add(watcher: Watcher): void {
    const { range } = watcher
    const groups = range.to === undefined ? this.#points : this.#rangeByName
    const name = rangeName(range)
    let group = groups.get(name)
    if (!group) {
      group = { range, watchers: new Set(), fresh: [] }
      groups.set(name, group)
      if (range.to !== undefined) {
        this.#ranges = [...this.#ranges, group].sort((a, b) =>
          a.range.from < b.range.from ? -1 : 1,
        )
      }
    }
    group.watchers.add(watcher)
  }

  remove(watcher: Watcher): void {
    const { range } = watcher
    const groups = range.to === undefined ? this.#points : this.#rangeByName
    const name = rangeName(range)
    const group = groups.get(name)
    if (!group?.watchers.delete(watcher) || group.watchers.size > 0) return
    groups.delete(name)
    if (range.to !== undefined) this.#ranges = this.#ranges.filter((other) => other !== group)
  }

  /** Calls `found` for each group that watches `key`. */
  match(key: string, found: (group: WatchGroup) => void): void {
    const point = this.#points.get(key)
    if (point) found(point)
    for (const group of this.#ranges) {
      if (group.range.from > key) return
      if (inRange(group.range, key)) found(group)
    }
  }

  /** Takes all watchers out. */
  clear(): Watcher[] {
    const all = [...this.#points.values(), ...this.#ranges].flatMap((group) => [...group.watchers])
    this.#points.clear()
    this.#rangeByName.clear()
    this.#ranges = []
    return all
  }
}

function rangeName({ from, to }: KeyRange): string {
  return to === undefined ? from : `${from.length}:${from}${to}`
}
