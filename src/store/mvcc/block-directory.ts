/** Where one block begins. */
export interface BlockStart {
  readonly main: number
  readonly sub: number
}

/** Where the blocks on disk begin and how many changes each has, in order: three numbers a block. */
export class BlockDirectory {
  #mains: number[] = []
  #subs: number[] = []
  #counts: number[] = []

  get size(): number {
    return this.#mains.length
  }

  /** Blocks come in the order of their revisions. */
  append(main: number, sub: number, count: number): void {
    this.#mains.push(main)
    this.#subs.push(sub)
    this.#counts.push(count)
  }

  startAt(position: number): BlockStart {
    return { main: this.#mains[position] as number, sub: this.#subs[position] as number }
  }

  countAt(position: number): number {
    return this.#counts[position] as number
  }

  setCount(position: number, count: number): void {
    this.#counts[position] = count
  }

  /** The block in which a change stands, if it stands in any; -1 when all begin behind it. */
  floor(main: number, sub: number): number {
    let low = -1
    let high = this.#mains.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      const order = (this.#mains[middle] as number) - main || (this.#subs[middle] as number) - sub
      if (order <= 0) low = middle
      else high = middle - 1
    }
    return low
  }

  /** Forgets the blocks that have no change left. */
  prune(): void {
    const counts = this.#counts
    const isLeft = (_: number, position: number) => (counts[position] as number) > 0
    this.#mains = this.#mains.filter(isLeft)
    this.#subs = this.#subs.filter(isLeft)
    this.#counts = counts.filter((count) => count > 0)
  }
}
