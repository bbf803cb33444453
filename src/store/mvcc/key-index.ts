import { KeyHistory, type Located } from './key-history.ts'
import { SortedKeys } from './sorted-keys.ts'

/** Keys as latin1 strings, so that they compare and hash as their bytes. */
export interface KeyRange {
  readonly from: string
  /** First key behind the range; '' for no end. Undefined: the one key `from`. */
  readonly to: string | undefined
}

export function keyText(key: Uint8Array): string {
  const bytes = Buffer.isBuffer(key) ? key : Buffer.from(key.buffer, key.byteOffset, key.length)
  return bytes.toString('latin1')
}

export function keyBytes(key: string): Uint8Array {
  return Buffer.from(key, 'latin1')
}

/** etcd's ranges: no end means one key, an end of one zero byte means every key from `key` on. */
export function keyRange(key: Uint8Array, rangeEnd?: Uint8Array | null): KeyRange {
  const from = keyText(key)
  if (!rangeEnd || rangeEnd.length === 0) return { from, to: undefined }
  if (rangeEnd.length === 1 && rangeEnd[0] === 0) return { from, to: '' }
  return { from, to: keyText(rangeEnd) }
}

export function inRange(range: KeyRange, key: string): boolean {
  if (range.to === undefined) return key === range.from
  return key >= range.from && (range.to === '' || key < range.to)
}

/** Every key that has a change which is not compacted, with its history. In memory, ordered. */
export class KeyIndex {
  readonly #byKey = new Map<string, KeyHistory>()
  #sorted = new SortedKeys<KeyHistory>()

  /** Keys held, removed ones that are not yet compacted included. */
  get size(): number {
    return this.#byKey.size
  }

  get(key: string): KeyHistory | undefined {
    return this.#byKey.get(key)
  }

  /** The key's history, made when there is none. */
  open(key: string): KeyHistory {
    let history = this.#byKey.get(key)
    if (!history) {
      history = new KeyHistory(key)
      this.#byKey.set(key, history)
      this.#sorted.insert(history)
    }
    return history
  }

  /** As `open`, while reading everything back: the order is made by `endRestore`, at once. */
  restore(key: string): KeyHistory {
    let history = this.#byKey.get(key)
    if (!history) {
      history = new KeyHistory(key)
      this.#byKey.set(key, history)
    }
    return history
  }

  endRestore(): void {
    const histories = [...this.#byKey.values()]
    this.#sorted = SortedKeys.of(histories.toSorted((a, b) => (a.key < b.key ? -1 : 1)))
  }

  /** Calls `visit` for each key of the range that existed at `revision`, in order, until it answers false. */
  scan(range: KeyRange, revision: number, visit: (found: Located) => boolean): void {
    const { from, to } = range
    if (to === undefined) {
      const found = this.#byKey.get(from)?.at(revision)
      if (found) visit(found)
      return
    }
    this.#sorted.scan(from, (history) => {
      if (to !== '' && history.key >= to) return false
      const found = history.at(revision)
      return found === undefined || visit(found)
    })
  }

  /** Compacts one block of keys from `from` on; the key to go on from, undefined at the end. */
  compact(
    revision: number,
    from: string,
    drop: (main: number, sub: number) => void,
  ): string | undefined {
    return this.#sorted.sweep(from, (history) => {
      if (!history.compact(revision, drop)) return true
      this.#byKey.delete(history.key)
      return false
    })
  }
}
