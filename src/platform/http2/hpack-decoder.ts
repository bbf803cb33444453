import { ConnectionFault, ErrorCode } from './errors.ts'
import { type Header, HeaderTable, sizeOf } from './header-table.ts'
import { huffmanDecode } from './huffman.ts'

/** RFC 9113 §6.5.2: the size of the table that our settings offer. */
export const TABLE_BYTES_DEFAULT = 4096
/** No length, index or size that we take needs more. */
const INTEGER_MAX = 2 ** 28

/** The fields of one block. Too large ones were read, for the table's sake, but not kept. */
export interface HeaderBlock {
  readonly fields: readonly Header[]
  readonly tooLarge: boolean
}

/** Reads header blocks (RFC 7541); every block of a connection, in order, or the tables differ. */
export class HpackDecoder {
  readonly #listBytesMax: number
  readonly #table = new HeaderTable({ sizeMax: TABLE_BYTES_DEFAULT, searchable: false })
  #bytes: Uint8Array = new Uint8Array(0)
  #at = 0
  #end = 0
  /** Clients send the same block again and again once their tables are warm. */
  #last: { bytes: Buffer; version: number; block: HeaderBlock } | undefined

  constructor(options: { listBytesMax: number }) {
    this.#listBytesMax = options.listBytesMax
  }

  /** Throws `ConnectionFault`: what cannot be read leaves the tables out of step. */
  decode(bytes: Uint8Array): HeaderBlock {
    const last = this.#last
    if (last && last.version === this.#table.version && last.bytes.equals(bytes)) return last.block
    const before = this.#table.version
    const sizeBefore = this.#table.sizeMax
    const block = this.#read(bytes)
    const unchanged = this.#table.version === before && this.#table.sizeMax === sizeBefore
    if (unchanged) this.#last = { bytes: Buffer.from(bytes), version: before, block }
    return block
  }

  #read(bytes: Uint8Array): HeaderBlock {
    this.#bytes = bytes
    this.#at = 0
    this.#end = bytes.length
    const fields: Header[] = []
    let size = 0
    let began = false
    while (this.#at < this.#end) {
      const first = this.#bytes[this.#at] as number
      // §4.2: changes of the table's size come before all fields.
      if ((first & 0xe0) === 0x20) {
        if (began) throw fault('the table is resized behind a field')
        this.#resize()
        continue
      }
      began = true
      const field = this.#field(first)
      size += sizeOf(field)
      if (size <= this.#listBytesMax) fields.push(field)
    }
    return { fields, tooLarge: size > this.#listBytesMax }
  }

  #resize(): void {
    const size = this.#integer(5)
    if (size > TABLE_BYTES_DEFAULT) throw fault('the table is larger than was offered')
    this.#table.resize(size)
  }

  /** §6.1 indexed; §6.2.1 to be indexed; §6.2.2 and §6.2.3 not. */
  #field(first: number): Header {
    if (first & 0x80) return this.#indexed(this.#integer(7))
    const indexing = (first & 0x40) !== 0
    const nameIndex = this.#integer(indexing ? 6 : 4)
    const name = nameIndex === 0 ? this.#string() : this.#indexed(nameIndex)[0]
    const field: Header = [name, this.#string()]
    if (indexing) this.#table.add(field)
    return field
  }

  #indexed(index: number): Header {
    const field = index === 0 ? undefined : this.#table.at(index)
    if (!field) throw fault('an index beyond the table')
    return field
  }

  /** §5.1 */
  #integer(prefixBits: number): number {
    const max = (1 << prefixBits) - 1
    let value = this.#byte() & max
    if (value < max) return value
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#byte()
      value += (byte & 0x7f) * factor
      if (value > INTEGER_MAX || factor > INTEGER_MAX) throw fault('an integer is too large')
      if (byte < 0x80) return value
    }
  }

  /** §5.2 */
  #string(): string {
    const first = this.#bytes[this.#at] ?? 0
    const length = this.#integer(7)
    const start = this.#at
    this.#at += length
    if (this.#at > this.#end) throw fault('a string is cut off')
    if (first & 0x80) return huffmanDecode(this.#bytes, start, this.#at)
    return latin1(this.#bytes, start, this.#at)
  }

  #byte(): number {
    if (this.#at >= this.#end) throw fault('a header block is cut off')
    return this.#bytes[this.#at++] as number
  }
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1')
}

function fault(message: string): ConnectionFault {
  return new ConnectionFault(ErrorCode.compressionError, message)
}
