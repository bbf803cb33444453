import { compareKeys } from '../../../kv/index.ts'
import type { ObjectRevision } from '../object-revision.ts'

/** So many ranges are kept as long as nothing changes. */
const RANGES_MAX = 64

/** Objects by key, in the store's order. */
export class SortedObjects {
  readonly #byKey = new Map<string, ObjectRevision>()
  readonly #ranges = new Map<string, readonly ObjectRevision[]>()
  #sorted: ObjectRevision[] = []

  get size(): number {
    return this.#sorted.length
  }

  get(key: string): ObjectRevision | undefined {
    return this.#byKey.get(key)
  }

  /** Replaces everything; `objects` come in order. */
  reset(objects: readonly ObjectRevision[]): void {
    this.#ranges.clear()
    this.#byKey.clear()
    for (const object of objects) this.#byKey.set(object.key, object)
    this.#sorted = [...objects]
  }

  set(object: ObjectRevision): void {
    this.#ranges.clear()
    const index = this.#lowerBound(object.key)
    if (this.#byKey.has(object.key)) this.#sorted[index] = object
    else this.#sorted.splice(index, 0, object)
    this.#byKey.set(object.key, object)
  }

  delete(key: string): void {
    if (!this.#byKey.delete(key)) return
    this.#ranges.clear()
    this.#sorted.splice(this.#lowerBound(key), 1)
  }

  /**
   * All objects whose key starts with `prefix`, in order. What it gives never changes, and is the
   * same array until some object does.
   */
  range(prefix: string): readonly ObjectRevision[] {
    const known = this.#ranges.get(prefix)
    if (known) return known
    if (this.#ranges.size >= RANGES_MAX) this.#ranges.clear()
    const found = this.#find(prefix)
    this.#ranges.set(prefix, found)
    return found
  }

  #find(prefix: string): ObjectRevision[] {
    const from = this.#lowerBound(prefix)
    let to = from
    if (this.#sorted[this.#sorted.length - 1]?.key.startsWith(prefix)) to = this.#sorted.length
    while (this.#sorted[to]?.key.startsWith(prefix)) to++
    return this.#sorted.slice(from, to)
  }

  #lowerBound(key: string): number {
    let low = 0
    let high = this.#sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      const at = this.#sorted[middle]
      if (at && compareKeys(at.key, key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}
