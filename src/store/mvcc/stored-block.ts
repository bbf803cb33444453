import { assert } from '../../base/index.ts'
import type { BlockStart } from './block-directory.ts'

/** One change as it is kept: where, and etcd's `mvccpb.KeyValue` (of a removal: the key alone). */
export interface StoredRecord {
  readonly main: number
  readonly sub: number
  readonly encoded: Uint8Array
}

/** Changes that stand one behind the other, and where each of them ends in `data`. */
export interface BlockParts {
  readonly mains: readonly number[]
  readonly subs: readonly number[]
  readonly ends: readonly number[]
  readonly data: Uint8Array
}

/** In front of the changes: how many there are, then main (from the first's), sub and end of each. */
const COUNT_BYTES = 4
const HEAD_BYTES = 12
const UINT32_MAX = 0xffff_ffff

/** Whether a change of revision `main` can stand in a block that begins with revision `first`. */
export function fitsBehind(first: number, main: number): boolean {
  return main - first <= UINT32_MAX
}

/** A block as it is on disk. `first`: the revision that it is kept under, none of it is lower. */
export function encodeBlock(first: number, { mains, subs, ends, data }: BlockParts): Uint8Array {
  const count = mains.length
  assert(count > 0, 'a block has changes')
  const start = COUNT_BYTES + count * HEAD_BYTES
  const bytes = Buffer.allocUnsafe(start + data.length)
  writeUint32(bytes, 0, count)
  for (let i = 0, at = COUNT_BYTES; i < count; i++, at += HEAD_BYTES) {
    writeUint32(bytes, at, (mains[i] as number) - first)
    writeUint32(bytes, at + 4, subs[i] as number)
    writeUint32(bytes, at + 8, ends[i] as number)
  }
  bytes.set(data, start)
  return bytes
}

/** A block that was read: its changes are views of the bytes. Throws `RangeError` when it is cut off. */
export class StoredBlock {
  readonly count: number
  readonly #first: number
  readonly #bytes: Uint8Array
  readonly #start: number

  /** `first`: the revision that the block begins with, as its key says. */
  constructor(first: number, bytes: Uint8Array) {
    this.#first = first
    this.#bytes = bytes
    this.count = bytes.length < COUNT_BYTES ? 0 : readUint32(bytes, 0)
    this.#start = COUNT_BYTES + this.count * HEAD_BYTES
    const end = this.count === 0 ? Infinity : this.#start
    if (end > bytes.length || end + this.#end(this.count - 1) !== bytes.length) {
      throw new RangeError(`the block of changes from revision ${first} on is damaged`)
    }
  }

  at(position: number): StoredRecord {
    const head = COUNT_BYTES + position * HEAD_BYTES
    const begin = position === 0 ? 0 : this.#end(position - 1)
    return {
      main: this.#first + readUint32(this.#bytes, head),
      sub: readUint32(this.#bytes, head + 4),
      encoded: this.#bytes.subarray(this.#start + begin, this.#start + this.#end(position)),
    }
  }

  find(main: number, sub: number): Uint8Array | undefined {
    let low = 0
    let high = this.count - 1
    while (low <= high) {
      const middle = (low + high) >> 1
      const order = this.#compare(middle, main, sub)
      if (order === 0) return this.at(middle).encoded
      if (order < 0) low = middle + 1
      else high = middle - 1
    }
    return undefined
  }

  *[Symbol.iterator](): Generator<StoredRecord> {
    for (let i = 0; i < this.count; i++) yield this.at(i)
  }

  #compare(position: number, main: number, sub: number): number {
    const head = COUNT_BYTES + position * HEAD_BYTES
    const order = this.#first + readUint32(this.#bytes, head) - main
    return order || readUint32(this.#bytes, head + 4) - sub
  }

  #end(position: number): number {
    return readUint32(this.#bytes, COUNT_BYTES + position * HEAD_BYTES + 8)
  }
}

/** Blocks of these changes, which are in order: of at least `minBytes` each, apart from the last. */
export function* blocksOf(
  records: Iterable<StoredRecord>,
  minBytes: number,
): Generator<BlockStart & { readonly count: number; readonly block: Uint8Array }> {
  let held: StoredRecord[] = []
  let bytes = 0
  const made = ({ main, sub }: StoredRecord) => {
    return { main, sub, count: held.length, block: encodeRecords(main, held) }
  }
  for (const record of records) {
    const first = held[0]
    if (first && (bytes >= minBytes || !fitsBehind(first.main, record.main))) {
      yield made(first)
      held = []
      bytes = 0
    }
    held.push(record)
    bytes += record.encoded.length
  }
  if (held[0]) yield made(held[0])
}

export function encodeRecords(first: number, records: readonly StoredRecord[]): Uint8Array {
  let end = 0
  return encodeBlock(first, {
    mains: records.map(({ main }) => main),
    subs: records.map(({ sub }) => sub),
    ends: records.map(({ encoded }) => (end += encoded.length)),
    data: Buffer.concat(records.map(({ encoded }) => encoded)),
  })
}

/** By hand, as a view of the bytes would cost more than to read them. */
function readUint32(bytes: Uint8Array, at: number): number {
  const high = (bytes[at + 3] as number) * 0x100_0000
  return (
    high +
    ((bytes[at] as number) | ((bytes[at + 1] as number) << 8) | ((bytes[at + 2] as number) << 16))
  )
}

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value & 0xff
  bytes[at + 1] = (value >>> 8) & 0xff
  bytes[at + 2] = (value >>> 16) & 0xff
  bytes[at + 3] = value >>> 24
}
