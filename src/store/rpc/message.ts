import { varintSize, writeVarint } from '../mvcc/index.ts'

/**
 * A protobuf message put together from parts that are encoded already: keys and values go from the
 * store into an answer without being looked into. Zero values are left out, as in proto3.
 */
export class MessageBuilder {
  readonly #parts: Uint8Array[] = []
  #size = 0

  /** A message or bytes field, written even when empty. */
  bytes(field: number, value: Uint8Array): this {
    const head = Buffer.allocUnsafe(varintSize(field << 3) + varintSize(value.length))
    writeVarint(head, writeVarint(head, 0, (field << 3) | 2), value.length)
    return this.raw(head).raw(value)
  }

  /** A non-negative integer below 2^53, or a truth value. */
  number(field: number, value: number | boolean): this {
    const number = Number(value)
    if (number === 0) return this
    const head = Buffer.allocUnsafe(varintSize(field << 3) + varintSize(number))
    writeVarint(head, writeVarint(head, 0, field << 3), number)
    return this.raw(head)
  }

  /** Fields as they are. */
  raw(fields: Uint8Array): this {
    this.#parts.push(fields)
    this.#size += fields.length
    return this
  }

  finish(): Uint8Array {
    const [only] = this.#parts
    if (only && this.#parts.length === 1) return only
    return Buffer.concat(this.#parts, this.#size)
  }
}
