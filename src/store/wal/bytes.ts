import { assert } from '../../base/index.ts'

const START_BYTES = 4096

/** Builds a run of bytes. What `finish` returns is only good until the next write. */
export class ByteWriter {
  #buffer = Buffer.alloc(START_BYTES)
  #length = 0

  get length(): number {
    return this.#length
  }

  reset(): void {
    this.#length = 0
  }

  u8(value: number): void {
    this.#reserve(1)
    this.#buffer[this.#length++] = value
  }

  /** A whole number below 2^53, seven bits a byte, lowest first. */
  varint(value: number): void {
    this.#reserve(8)
    let rest = value
    while (rest > 0x7f) {
      this.#buffer[this.#length++] = (rest % 0x80) | 0x80
      rest = Math.floor(rest / 0x80)
    }
    this.#buffer[this.#length++] = rest
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length)
    this.#buffer.set(bytes, this.#length)
    this.#length += bytes.length
  }

  /** Bytes with their length in front. */
  bytes(bytes: Uint8Array): void {
    this.varint(bytes.length)
    this.raw(bytes)
  }

  /** Zeros, up to `length` in all. */
  padTo(length: number): void {
    assert(length >= this.#length, 'padding never shortens')
    this.#reserve(length - this.#length)
    this.#buffer.fill(0, this.#length, length)
    this.#length = length
  }

  /** What was written, to be patched in place. */
  view(): Buffer {
    return this.#buffer.subarray(0, this.#length)
  }

  /** A copy of what was written, for the caller to keep. */
  copy(): Uint8Array {
    return new Uint8Array(this.view())
  }

  #reserve(more: number): void {
    const needed = this.#length + more
    if (needed <= this.#buffer.length) return
    const larger = Buffer.alloc(Math.max(needed, this.#buffer.length * 2))
    this.#buffer.copy(larger, 0, 0, this.#length)
    this.#buffer = larger
  }
}

/** Bytes that do not say what they should: cut off, or of a version that is not known here. */
export class MalformedBytesError extends Error {
  override readonly name = 'MalformedBytesError'
}

/** Reads what `ByteWriter` wrote. Throws `MalformedBytesError` instead of reading beyond the end. */
export class ByteReader {
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get done(): boolean {
    return this.#at >= this.#bytes.length
  }

  u8(): number {
    const byte = this.#bytes[this.#at++]
    if (byte === undefined) throw new MalformedBytesError('the bytes end too early')
    return byte
  }

  varint(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.u8()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) break
      scale *= 0x80
    }
    if (!Number.isSafeInteger(value)) throw new MalformedBytesError('a number is beyond 2^53')
    return value
  }

  /** Shares memory with what is read. */
  bytes(): Uint8Array {
    const length = this.varint()
    const end = this.#at + length
    if (end > this.#bytes.length) throw new MalformedBytesError('the bytes end too early')
    const bytes = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return bytes
  }
}
