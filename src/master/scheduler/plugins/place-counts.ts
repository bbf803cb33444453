type Labels = Readonly<Record<string, string>> | undefined

/** Counts (or weights) by place: a label of nodes and its value. */
export class PlaceCounts {
  readonly #byKey = new Map<string, Map<string, number>>()

  get isEmpty(): boolean {
    return this.#byKey.size === 0
  }

  /** Adds at the place of a node with these labels; nothing if it lacks the label. */
  add(key: string, labels: Labels, amount: number): void {
    const value = labels?.[key]
    if (value === undefined) return
    let values = this.#byKey.get(key)
    if (!values) {
      values = new Map()
      this.#byKey.set(key, values)
    }
    const sum = (values.get(value) ?? 0) + amount
    if (sum !== 0) {
      values.set(value, sum)
      return
    }
    values.delete(value)
    if (values.size === 0) this.#byKey.delete(key)
  }

  at(key: string, labels: Labels): number {
    const value = labels?.[key]
    return value === undefined ? 0 : (this.#byKey.get(key)?.get(value) ?? 0)
  }

  /** Whether a node with these labels is at one of the places. */
  covers(labels: Labels): boolean {
    for (const key of this.#byKey.keys()) if (this.at(key, labels) > 0) return true
    return false
  }

  /** Of all places at which a node with these labels is. */
  sum(labels: Labels): number {
    let sum = 0
    for (const key of this.#byKey.keys()) sum += this.at(key, labels)
    return sum
  }
}
