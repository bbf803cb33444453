import type { EngineRange } from '../base/index.ts'

type Pair = readonly [key: Uint8Array, value: Uint8Array]

/** Keys in the order of their bytes. For states of thousands of keys. */
export class SortedBytes {
  readonly #pairs: Pair[] = []
  sizeBytes = 0

  get(key: Uint8Array): Uint8Array | undefined {
    const pair = this.#pairs[this.#lowerBound(key)]
    return pair && compare(pair[0], key) === 0 ? pair[1].slice() : undefined
  }

  put(key: Uint8Array, value: Uint8Array): void {
    const at = this.#lowerBound(key)
    const old = this.#pairs[at]
    const replaces = old !== undefined && compare(old[0], key) === 0
    this.sizeBytes += key.length + value.length - (replaces ? sizeOf(old) : 0)
    this.#pairs.splice(at, replaces ? 1 : 0, [key, value])
  }

  delete(key: Uint8Array): void {
    const at = this.#lowerBound(key)
    const old = this.#pairs[at]
    if (!old || compare(old[0], key) !== 0) return
    this.sizeBytes -= sizeOf(old)
    this.#pairs.splice(at, 1)
  }

  /** A view that later changes do not touch. */
  entries(range: EngineRange): readonly Pair[] {
    const from = range.gte ? this.#lowerBound(range.gte) : 0
    const to = range.lt ? this.#lowerBound(range.lt) : this.#pairs.length
    const slice = this.#pairs.slice(from, Math.max(from, to))
    if (range.reverse) slice.reverse()
    return range.limit === undefined || range.limit < 0 ? slice : slice.slice(0, range.limit)
  }

  copy(): SortedBytes {
    const copy = new SortedBytes()
    for (const pair of this.#pairs) copy.#pairs.push(pair)
    copy.sizeBytes = this.sizeBytes
    return copy
  }

  #lowerBound(key: Uint8Array): number {
    let low = 0
    let high = this.#pairs.length
    while (low < high) {
      const middle = (low + high) >> 1
      const pair = this.#pairs[middle]
      if (pair && compare(pair[0], key) < 0) low = middle + 1
      else high = middle
    }
    return low
  }
}

function compare(a: Uint8Array, b: Uint8Array): number {
  return Buffer.compare(a, b)
}

function sizeOf([key, value]: Pair): number {
  return key.length + value.length
}
