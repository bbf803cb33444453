/** A binary heap with removal by key; `before(a, b)` says that `a` comes out first. */
export class KeyedHeap<T> {
  readonly #before: (a: T, b: T) => boolean
  readonly #keyOf: (item: T) => string
  readonly #items: T[] = []
  readonly #positions = new Map<string, number>()

  constructor(options: { before: (a: T, b: T) => boolean; keyOf: (item: T) => string }) {
    this.#before = options.before
    this.#keyOf = options.keyOf
  }

  get size(): number {
    return this.#items.length
  }

  peek(): T | undefined {
    return this.#items[0]
  }

  get(key: string): T | undefined {
    const position = this.#positions.get(key)
    return position === undefined ? undefined : this.#items[position]
  }

  /** Adds the item, in place of one with the same key. */
  push(item: T): void {
    this.remove(this.#keyOf(item))
    this.#items.push(item)
    this.#place(item, this.#items.length - 1)
    this.#up(this.#items.length - 1)
  }

  pop(): T | undefined {
    const first = this.#items[0]
    if (first !== undefined) this.remove(this.#keyOf(first))
    return first
  }

  remove(key: string): T | undefined {
    const position = this.#positions.get(key)
    if (position === undefined) return undefined
    const removed = this.#items[position]
    const last = this.#items.pop()
    this.#positions.delete(key)
    if (last !== undefined && position < this.#items.length) {
      this.#place(last, position)
      this.#up(position)
      this.#down(position)
    }
    return removed
  }

  #place(item: T, position: number): void {
    this.#items[position] = item
    this.#positions.set(this.#keyOf(item), position)
  }

  #up(start: number): void {
    let position = start
    while (position > 0) {
      const parent = (position - 1) >> 1
      if (!this.#swapIfBefore(position, parent)) return
      position = parent
    }
  }

  #down(start: number): void {
    let position = start
    while (true) {
      const left = 2 * position + 1
      const right = left + 1
      let first = left
      if (right < this.#items.length && this.#isBefore(right, left)) first = right
      if (first >= this.#items.length || !this.#swapIfBefore(first, position)) return
      position = first
    }
  }

  #isBefore(a: number, b: number): boolean {
    return this.#before(this.#items[a] as T, this.#items[b] as T)
  }

  #swapIfBefore(a: number, b: number): boolean {
    if (!this.#isBefore(a, b)) return false
    const item = this.#items[a] as T
    this.#place(this.#items[b] as T, a)
    this.#place(item, b)
    return true
  }
}
