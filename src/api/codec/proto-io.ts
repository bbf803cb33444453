const MAX_VARINT_BYTES = 10
// Seven bytes carry 49 bits: a number holds them exactly.
const EXACT_VARINT_BYTES = 7

/**
 * Writes protobuf from the end to the front, as gogo's generated code does: the length of a
 * message is known when its first byte is written, so that nothing is measured or copied twice.
 */
export class ReverseWriter {
  #buffer: Buffer
  #at: number

  constructor(sizeHint = 1024) {
    this.#buffer = Buffer.allocUnsafe(sizeHint)
    this.#at = sizeHint
  }

  /** Bytes written so far. */
  get length(): number {
    return this.#buffer.length - this.#at
  }

  /** What was written. The writer is not used afterwards. */
  finish(): Buffer {
    return this.#buffer.subarray(this.#at)
  }

  bytes(data: Uint8Array): void {
    this.#reserve(data.length)
    this.#at -= data.length
    this.#buffer.set(data, this.#at)
  }

  text(text: string): void {
    const length = Buffer.byteLength(text, 'utf8')
    this.#reserve(length)
    this.#at -= length
    this.#buffer.write(text, this.#at, length, 'utf8')
  }

  /** A non-negative integer below 2^53. */
  varint(value: number): void {
    this.#reserve(MAX_VARINT_BYTES)
    let size = 1
    for (let rest = value; rest >= 128; rest = Math.floor(rest / 128)) size++
    this.#at -= size
    let rest = value
    for (let i = 0; i < size; i++) {
      const low = rest % 128
      rest = Math.floor(rest / 128)
      this.#buffer[this.#at + i] = i === size - 1 ? low : low | 0x80
    }
  }

  /** An int32 or int64: negative numbers take ten bytes. */
  signedVarint(value: number): void {
    if (value >= 0) {
      this.varint(value)
      return
    }
    let rest = BigInt.asUintN(64, BigInt(Math.trunc(value)))
    const encoded: number[] = []
    for (; rest >= 128n; rest >>= 7n) encoded.push(Number(rest & 127n) | 0x80)
    encoded.push(Number(rest))
    this.bytes(Uint8Array.from(encoded))
  }

  double(value: number): void {
    this.#reserve(8)
    this.#at -= 8
    this.#buffer.writeDoubleLE(value, this.#at)
  }

  tag(field: number, wire: WireType): void {
    this.varint(field * 8 + wire)
  }

  #reserve(count: number): void {
    if (this.#at >= count) return
    const used = this.length
    const size = Math.max(this.#buffer.length * 2, used + count)
    const larger = Buffer.allocUnsafe(size)
    this.#buffer.copy(larger, size - used, this.#at)
    this.#buffer = larger
    this.#at = size - used
  }
}

export type WireType = 0 | 1 | 2 | 5
export const VARINT: WireType = 0
export const FIXED64: WireType = 1
export const DELIMITED: WireType = 2

/** Bytes that are no message; the text says where. */
export class ProtoError extends Error {
  override readonly name = 'ProtoError'
}

/** Reads protobuf front to back. */
export class ProtoReader {
  readonly #data: Buffer
  #at = 0

  constructor(data: Uint8Array) {
    this.#data = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  }

  get done(): boolean {
    return this.#at >= this.#data.length
  }

  /** A varint as a signed 64-bit integer, inexact beyond 2^53. */
  varint(): number {
    const from = this.#at
    let value = 0
    let scale = 1
    for (let i = 0; i < MAX_VARINT_BYTES; i++) {
      const byte = this.#data[this.#at++]
      if (byte === undefined) throw new ProtoError('unexpected EOF')
      value += (byte & 127) * scale
      scale *= 128
      if (byte < 128) return i < EXACT_VARINT_BYTES ? value : this.#bigVarint(from)
    }
    throw new ProtoError('proto: integer overflow')
  }

  #bigVarint(from: number): number {
    let value = 0n
    for (let i = from; i < this.#at; i++) {
      value |= BigInt((this.#data[i] ?? 0) & 127) << BigInt(7 * (i - from))
    }
    return Number(BigInt.asIntN(64, value))
  }

  double(): number {
    const at = this.#at
    this.#skip(8)
    return this.#data.readDoubleLE(at)
  }

  /** A view of a length-delimited field; it is not copied. */
  delimited(): Buffer {
    const length = this.varint()
    const at = this.#at
    this.#skip(length)
    return this.#data.subarray(at, at + length)
  }

  skipField(wire: number): void {
    if (wire === VARINT) this.varint()
    else if (wire === FIXED64) this.#skip(8)
    else if (wire === DELIMITED) this.delimited()
    else if (wire === 5) this.#skip(4)
    else throw new ProtoError(`proto: illegal wireType ${wire}`)
  }

  #skip(count: number): void {
    if (count < 0 || this.#at + count > this.#data.length) throw new ProtoError('unexpected EOF')
    this.#at += count
  }
}
