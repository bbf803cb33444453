import { type Header, HeaderTable, sizeOf } from './header-table.ts'
import { huffmanEncode, huffmanLength } from './huffman.ts'

/** What we use of the other side's table at most. */
const TABLE_BYTES_MAX = 4096
/** Values that rarely come again would only push out those that do. */
const NOT_INDEXED = new Set([
  ':path',
  'audit-id',
  'content-length',
  'content-range',
  'date',
  'etag',
  'expires',
  'grpc-message',
  'last-modified',
  'location',
])
/** §7.1.3: what must not be guessed by looking at sizes. */
const NEVER_INDEXED = new Set(['authorization', 'cookie', 'set-cookie'])
/** A larger field is not worth its place in the table. */
const INDEXED_BYTES_MAX = 512

/**
 * Writes header blocks (RFC 7541). The list of a frequent answer should be one frozen array: its
 * block is made once and copied while the table stays as it was.
 */
export class HpackEncoder {
  readonly #table = new HeaderTable({ sizeMax: TABLE_BYTES_MAX, searchable: true })
  readonly #blocks = new WeakMap<readonly Header[], { version: number; bytes: Buffer }>()
  /** The smallest and the last size asked for since the last block, to be told in the next (§4.2). */
  #resized: { smallest: number; last: number } | undefined
  #out: Buffer = Buffer.allocUnsafe(1024)
  #at = 0

  /** The other side's SETTINGS_HEADER_TABLE_SIZE. */
  resize(bytes: number): void {
    const size = Math.min(bytes, TABLE_BYTES_MAX)
    if (size === (this.#resized?.last ?? this.#table.sizeMax)) return
    const smallest = Math.min(size, this.#resized?.smallest ?? size)
    this.#resized = { smallest, last: size }
  }

  /** The block, valid until the next call. */
  encode(fields: readonly Header[]): Buffer {
    const known = this.#resized ? undefined : this.#blocks.get(fields)
    if (known?.version === this.#table.version) return known.bytes
    this.#at = 0
    this.#announceSize()
    const before = this.#table.version
    const announced = this.#at > 0
    for (const field of fields) this.#field(field)
    const bytes = this.#out.subarray(0, this.#at)
    if (Object.isFrozen(fields) && !announced && before === this.#table.version) {
      this.#blocks.set(fields, { version: before, bytes: Buffer.from(bytes) })
    }
    return bytes
  }

  #announceSize(): void {
    if (!this.#resized) return
    const { smallest, last } = this.#resized
    this.#resized = undefined
    if (smallest < last) this.#resizeTo(smallest)
    this.#resizeTo(last)
  }

  #resizeTo(size: number): void {
    this.#table.resize(size)
    this.#room(8)
    this.#integer(0x20, 5, size)
  }

  #field(field: Header): void {
    const [name, value] = field
    this.#room(name.length + value.length + 24)
    const never = NEVER_INDEXED.has(name)
    const index = never ? 0 : this.#table.find(name, value)
    if (index > 0) {
      this.#integer(0x80, 7, index)
      return
    }
    const nameIndex = this.#table.findName(name)
    const add = !never && !NOT_INDEXED.has(name) && sizeOf(field) <= INDEXED_BYTES_MAX
    if (add) this.#integer(0x40, 6, nameIndex)
    else this.#integer(never ? 0x10 : 0, 4, nameIndex)
    if (nameIndex === 0) this.#string(name)
    this.#string(value)
    if (add) this.#table.add(field)
  }

  #room(bytes: number): void {
    if (this.#at + bytes <= this.#out.length) return
    const larger = Buffer.allocUnsafe((this.#at + bytes) * 2)
    this.#out.copy(larger, 0, 0, this.#at)
    this.#out = larger
  }

  /** §5.1 */
  #integer(flags: number, prefixBits: number, value: number): void {
    const max = (1 << prefixBits) - 1
    if (value < max) {
      this.#out[this.#at++] = flags | value
      return
    }
    this.#out[this.#at++] = flags | max
    let rest = value - max
    for (; rest >= 128; rest >>>= 7) this.#out[this.#at++] = (rest & 0x7f) | 0x80
    this.#out[this.#at++] = rest
  }

  /** §5.2: whichever form is shorter. */
  #string(text: string): void {
    const coded = huffmanLength(text)
    if (coded < text.length) {
      this.#integer(0x80, 7, coded)
      this.#at = huffmanEncode(text, this.#out, this.#at)
    } else {
      this.#integer(0, 7, text.length)
      this.#at += this.#out.write(text, this.#at, 'latin1')
    }
  }
}
