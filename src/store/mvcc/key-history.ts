/** Where a key's value at some revision is, and what the index knows of it. */
export interface Located {
  readonly key: string
  /** Revision of the change, and its place within that revision's transaction. */
  readonly main: number
  readonly sub: number
  /** Revision of the put that made the key. */
  readonly created: number
  /** 1 when created, one more for each change; 0 for a removal. */
  readonly version: number
}

/** Numbers per older change in `#older`: main, sub, created, version. */
const STRIDE = 4

/**
 * The changes of one key that are not compacted, the newest at hand. A run between two removals is
 * what etcd calls a generation; here each change carries its generation's start and its version.
 */
export class KeyHistory implements Located {
  readonly key: string
  main = 0
  sub = 0
  created = 0
  version = 0
  /** Older changes in ascending order, flat: most keys have none. */
  #older: number[] | undefined

  constructor(key: string) {
    this.key = key
  }

  get exists(): boolean {
    return this.version > 0
  }

  put(main: number, sub: number): void {
    const created = this.version > 0 ? this.created : main
    this.restore(main, sub, created, this.version + 1)
  }

  remove(main: number, sub: number): void {
    this.restore(main, sub, 0, 0)
  }

  /** Adds a change whose place in its generation is known: when reading it back from disk. */
  restore(main: number, sub: number, created: number, version: number): void {
    if (this.main > 0) {
      this.#older ??= []
      this.#older.push(this.main, this.sub, this.created, this.version)
    }
    this.main = main
    this.sub = sub
    this.created = created
    this.version = version
  }

  /** The key as of `revision`; undefined when it did not exist then. */
  at(revision: number): Located | undefined {
    if (this.main <= revision) return this.version > 0 ? this : undefined
    const at = this.#lastOlder(revision)
    if (at < 0) return undefined
    const found = this.#olderAt(at)
    return found.version > 0 ? found : undefined
  }

  /**
   * Forgets what no read at `revision` or later can see, telling `drop` of each change. A removal at
   * `revision` itself stays: a watch may still start there. True when nothing is left.
   */
  compact(revision: number, drop: (main: number, sub: number) => void): boolean {
    if (this.main < revision && this.version === 0) {
      this.#dropOlder(this.#older?.length ?? 0, drop)
      drop(this.main, this.sub)
      return true
    }
    if (!this.#older) return false
    if (this.main <= revision) {
      this.#dropOlder(this.#older.length, drop)
      return false
    }
    const last = this.#lastOlder(revision)
    if (last < 0) return false
    const { main, version } = this.#olderAt(last)
    const gone = version === 0 && main < revision
    this.#dropOlder(gone ? last + STRIDE : last, drop)
    return false
  }

  /** Position of the last older change at or before `revision`, or below 0. */
  #lastOlder(revision: number): number {
    const older = this.#older
    if (!older) return -1
    let low = -1
    let high = older.length / STRIDE - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((older[middle * STRIDE] as number) <= revision) low = middle
      else high = middle - 1
    }
    return low * STRIDE
  }

  #olderAt(at: number): Located {
    const older = this.#older as number[]
    return {
      key: this.key,
      main: older[at] as number,
      sub: older[at + 1] as number,
      created: older[at + 2] as number,
      version: older[at + 3] as number,
    }
  }

  #dropOlder(end: number, drop: (main: number, sub: number) => void): void {
    const older = this.#older
    if (!older) return
    for (let i = 0; i < end; i += STRIDE) drop(older[i] as number, older[i + 1] as number)
    this.#older = end >= older.length ? undefined : older.slice(end)
  }
}
