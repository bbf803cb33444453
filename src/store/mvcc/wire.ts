/** Protobuf's varints, by hand, for the few messages that are on the store's hot path. */

/** Bytes that a non-negative integer below 2^53 takes. */
export function varintSize(value: number): number {
  if (value < 0x80) return 1
  if (value < 0x4000) return 2
  if (value < 0x20_0000) return 3
  if (value < 0x1000_0000) return 4
  let size = 4
  for (let rest = Math.floor(value / 0x1000_0000); rest > 0; rest = Math.floor(rest / 0x80)) size++
  return size
}

/** Writes a non-negative integer below 2^53; the position behind it. */
export function writeVarint(target: Uint8Array, at: number, value: number): number {
  let rest = value
  let pos = at
  while (rest >= 0x1000_0000) {
    target[pos++] = (rest % 0x80) | 0x80
    rest = Math.floor(rest / 0x80)
  }
  while (rest >= 0x80) {
    target[pos++] = (rest & 0x7f) | 0x80
    rest >>>= 7
  }
  target[pos++] = rest
  return pos
}

/** Bytes that an int64 takes; a negative one takes ten. */
export function varint64Size(value: bigint): number {
  let size = 1
  for (let rest = BigInt.asUintN(64, value) >> 7n; rest > 0n; rest >>= 7n) size++
  return size
}

export function writeVarint64(target: Uint8Array, at: number, value: bigint): number {
  let rest = BigInt.asUintN(64, value)
  let pos = at
  while (rest >= 0x80n) {
    target[pos++] = Number(rest & 0x7fn) | 0x80
    rest >>= 7n
  }
  target[pos++] = Number(rest)
  return pos
}

/** Reads protobuf fields one after the other. Throws `RangeError` when the bytes end too early. */
export class WireReader {
  readonly #bytes: Uint8Array
  readonly #end: number
  #pos: number

  constructor(bytes: Uint8Array, start = 0, end = bytes.length) {
    this.#bytes = bytes
    this.#pos = start
    this.#end = end
  }

  /** Where the next field begins. */
  get at(): number {
    return this.#pos
  }

  get done(): boolean {
    return this.#pos >= this.#end
  }

  /** Field number times eight plus wire type: what protobuf calls a tag. */
  tag(): number {
    return this.number()
  }

  /** A varint below 2^53, exactly; a larger one (or a negative int64) loses precision. */
  number(): number {
    let value = 0
    let scale = 1
    for (;;) {
      const byte = this.#byte()
      value += (byte & 0x7f) * scale
      if (byte < 0x80) return value
      scale *= 0x80
    }
  }

  int64(): bigint {
    let value = 0n
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte()
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return BigInt.asIntN(64, value)
    }
  }

  /** A view, not a copy. */
  bytes(): Uint8Array {
    const start = this.span()
    return this.#bytes.subarray(start, this.#pos)
  }

  /** Passes over the bytes that come next: where they begin. They end `at`. */
  span(): number {
    const length = this.number()
    const start = this.#pos
    if (start + length > this.#end) throw new RangeError('protobuf: bytes end too early')
    this.#pos = start + length
    return start
  }

  skip(wireType: number): void {
    if (wireType === 0) this.number()
    else if (wireType === 1) this.#pos += 8
    else if (wireType === 2) this.span()
    else if (wireType === 5) this.#pos += 4
    else throw new RangeError(`protobuf: wire type ${wireType} is not known`)
  }

  #byte(): number {
    if (this.#pos >= this.#end) throw new RangeError('protobuf: bytes end too early')
    return this.#bytes[this.#pos++] as number
  }
}
