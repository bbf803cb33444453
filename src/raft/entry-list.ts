import { assert } from '../base/index.ts'
import { entryBytes } from './entry-size.ts'
import type { Entry, EntryType, LogIndex, Term } from './types.ts'

const BLOCK_BYTES = 64 * 1024

/** Entries as bytes one behind the other: far less for the garbage collector than an object each. */
class EntryBlock {
  readonly first: LogIndex
  readonly #bytes: Buffer
  readonly #terms: Term[] = []
  readonly #types: EntryType[] = []
  /** Where each entry's data ends. */
  readonly #ends: number[] = []

  constructor(first: LogIndex, sizeBytes: number) {
    this.first = first
    this.#bytes = Buffer.allocUnsafeSlow(sizeBytes)
  }

  get count(): number {
    return this.#ends.length
  }

  has(moreBytes: number): boolean {
    return (this.#ends.at(-1) ?? 0) + moreBytes <= this.#bytes.length
  }

  add({ term, type, data }: Entry): void {
    const start = this.#ends.at(-1) ?? 0
    this.#bytes.set(data, start)
    this.#terms.push(term)
    this.#types.push(type)
    this.#ends.push(start + data.length)
  }

  termAt(index: LogIndex): Term {
    return this.#terms[index - this.first] as Term
  }

  bytesAt(index: LogIndex): number {
    const position = index - this.first
    return (this.#ends[position] as number) - this.#startOf(position)
  }

  at(index: LogIndex): Entry {
    const position = index - this.first
    return {
      type: this.#types[position] as EntryType,
      term: this.#terms[position] as Term,
      index,
      data: this.#bytes.subarray(this.#startOf(position), this.#ends[position]),
    }
  }

  #startOf(position: number): number {
    return position === 0 ? 0 : (this.#ends[position - 1] as number)
  }
}

/**
 * Entries without a gap. Those that are rarely read again can be packed; an object is then made
 * whenever one is asked for.
 */
export class EntryList {
  /** The index before the first entry. */
  #before: LogIndex
  #blocks: EntryBlock[] = []
  /** Entries behind the packed ones. */
  #loose: Entry[] = []
  #packedTo: LogIndex

  constructor(before: LogIndex) {
    this.#before = before
    this.#packedTo = before
  }

  get last(): LogIndex {
    return this.#packedTo + this.#loose.length
  }

  termAt(index: LogIndex): Term {
    const loose = this.#loose[index - this.#packedTo - 1]
    return loose ? loose.term : this.#blockOf(index).termAt(index)
  }

  /** Bytes of an entry's data. */
  dataBytesAt(index: LogIndex): number {
    const loose = this.#loose[index - this.#packedTo - 1]
    return loose ? loose.data.length : this.#blockOf(index).bytesAt(index)
  }

  /** Entries in [low, high), as many as stay within `maxBytes`, but at least one. */
  slice(low: LogIndex, high: LogIndex, maxBytes: number): Entry[] {
    const found: Entry[] = []
    let bytes = 0
    for (let index = low; index < high; index++) {
      const entry = this.#at(index)
      bytes += entryBytes(entry)
      if (found.length > 0 && bytes > maxBytes) break
      found.push(entry)
    }
    return found
  }

  /** Appends; entries from the first new index on are replaced, of which none may be packed. */
  append(entries: readonly Entry[]): void {
    const first = entries[0]
    if (!first) return
    const keep = first.index - this.#packedTo - 1
    assert(keep >= 0 && keep <= this.#loose.length, 'entries follow those that are not packed')
    this.#loose.length = keep
    for (const entry of entries) this.#loose.push(entry)
  }

  /** Packs the entries up to `index`. What was handed out of them before stays as it is. */
  pack(index: LogIndex): void {
    const count = Math.min(index, this.last) - this.#packedTo
    if (count <= 0) return
    for (let i = 0; i < count; i++) {
      const entry = this.#loose[i] as Entry
      let block = this.#blocks.at(-1)
      if (!block?.has(entry.data.length)) {
        block = new EntryBlock(entry.index, Math.max(BLOCK_BYTES, entry.data.length))
        this.#blocks.push(block)
      }
      block.add(entry)
    }
    this.#packedTo += count
    this.#loose.splice(0, count)
  }

  /** Forgets the entries up to `index`. */
  drop(index: LogIndex): void {
    this.#before = index
    if (index >= this.#packedTo) {
      this.#loose.splice(0, index - this.#packedTo)
      this.#packedTo = index
      this.#blocks = []
      return
    }
    this.#blocks = this.#blocks.filter((block) => block.first + block.count - 1 > index)
  }

  #at(index: LogIndex): Entry {
    return this.#loose[index - this.#packedTo - 1] ?? this.#blockOf(index).at(index)
  }

  #blockOf(index: LogIndex): EntryBlock {
    assert(index > this.#before && index <= this.#packedTo, 'an entry within the log')
    let low = 0
    let high = this.#blocks.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#blocks[middle] as EntryBlock).first <= index) low = middle
      else high = middle - 1
    }
    return this.#blocks[low] as EntryBlock
  }
}
