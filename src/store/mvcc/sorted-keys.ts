const BLOCK_LENGTH_MAX = 512

/**
 * Items in the order of their keys, in blocks: a range walks plain arrays, an insertion moves at
 * most one block. Keys are unique; JavaScript orders latin1 strings as their bytes.
 */
export class SortedKeys<T extends { readonly key: string }> {
  #blocks: T[][] = []
  #size = 0

  /** From items that are in order already. */
  static of<T extends { readonly key: string }>(sorted: readonly T[]): SortedKeys<T> {
    const keys = new SortedKeys<T>()
    const length = BLOCK_LENGTH_MAX / 2
    for (let at = 0; at < sorted.length; at += length)
      keys.#blocks.push(sorted.slice(at, at + length))
    keys.#size = sorted.length
    return keys
  }

  get size(): number {
    return this.#size
  }

  /** The key must not be there. */
  insert(item: T): void {
    this.#size++
    const at = this.#blockOf(item.key)
    const block = this.#blocks[at]
    if (!block) {
      this.#blocks.push([item])
      return
    }
    block.splice(lowerBound(block, item.key), 0, item)
    if (block.length > BLOCK_LENGTH_MAX) {
      this.#blocks.splice(at + 1, 0, block.splice(BLOCK_LENGTH_MAX / 2))
    }
  }

  /** Visits items from `from` on, in order, until `visit` answers false. It must not change the set. */
  scan(from: string, visit: (item: T) => boolean): void {
    let at = this.#blockOf(from)
    let block = this.#blocks[at]
    if (!block) return
    let i = lowerBound(block, from)
    while (block) {
      for (; i < block.length; i++) if (!visit(block[i] as T)) return
      block = this.#blocks[++at]
      i = 0
    }
  }

  /**
   * One block's worth of items from `from` on: those that `keep` refuses are removed. Answers the
   * key to go on from, or undefined at the end.
   */
  sweep(from: string, keep: (item: T) => boolean): string | undefined {
    const at = this.#blockOf(from)
    const block = this.#blocks[at]
    if (!block) return undefined
    const start = lowerBound(block, from)
    const kept = block.slice(0, start)
    for (let i = start; i < block.length; i++) {
      const item = block[i] as T
      if (keep(item)) kept.push(item)
    }
    const next = this.#blocks[at + 1]?.[0]?.key
    this.#size -= block.length - kept.length
    if (kept.length === 0) this.#blocks.splice(at, 1)
    else if (kept.length < block.length) this.#blocks[at] = kept
    return next
  }

  /** The block that holds `key`, or would: the last one that starts at or before it. */
  #blockOf(key: string): number {
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >>> 1
      if (((this.#blocks[middle] as T[])[0] as T).key <= key) low = middle
      else high = middle - 1
    }
    return low
  }
}

function lowerBound<T extends { readonly key: string }>(block: readonly T[], key: string): number {
  let low = 0
  let high = block.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((block[middle] as T).key < key) low = middle + 1
    else high = middle
  }
  return low
}
