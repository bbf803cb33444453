import { varintSize, writeVarint } from '../mvcc/index.ts'

/**
 * A protobuf message put together from parts that are encoded already: keys and values go from the
 * store into an answer without being looked into. Zero values are left out, as in proto3.
 */
export class MessageBuilder {
  /** Numbers become varints. */
  readonly #parts: (number | Uint8Array)[] = []
  #size = 0

  /** A message or bytes field, written even when empty. */
  bytes(field: number, value: Uint8Array): this {
    return this.#varint((field << 3) | 2)
      .#varint(value.length)
      .raw(value)
  }

  /** A non-negative integer below 2^53, or a truth value. */
  number(field: number, value: number | boolean): this {
    const number = Number(value)
    return number === 0 ? this : this.#varint(field << 3).#varint(number)
  }

  /** Fields as they are. */
  raw(fields: Uint8Array): this {
    this.#parts.push(fields)
    this.#size += fields.length
    return this
  }

  #varint(value: number): this {
    this.#parts.push(value)
    this.#size += varintSize(value)
    return this
  }

  finish(): Uint8Array {
    const bytes = Buffer.allocUnsafe(this.#size)
    let at = 0
    for (const part of this.#parts) {
      if (typeof part === 'number') at = writeVarint(bytes, at, part)
      else {
        bytes.set(part, at)
        at += part.length
      }
    }
    return bytes
  }
}
