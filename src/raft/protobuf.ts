import { ConfChangeError } from './errors.ts'

/** A field of a protobuf message: `varint` for wire type 0, `bytes` for wire type 2. */
export interface Field {
  readonly number: number
  readonly varint: bigint
  readonly bytes: Uint8Array
}

const WIRE_VARINT = 0
const WIRE_BYTES = 2
const VARINT_BITS_MAX = 63n

/** The bytes of a varint field. */
export function varintField(number: number, value: number | bigint): number[] {
  return [(number << 3) | WIRE_VARINT, ...varint(BigInt(value))]
}

/** The bytes of a length-delimited field. */
export function bytesField(number: number, value: Uint8Array): number[] {
  return [(number << 3) | WIRE_BYTES, ...varint(BigInt(value.length)), ...value]
}

/** The fields of a message in their order. Throws `ConfChangeError` when it is cut or malformed. */
export function readFields(data: Uint8Array): Field[] {
  const fields: Field[] = []
  let at = 0
  const readVarint = (): bigint => {
    let value = 0n
    for (let shift = 0n; shift <= VARINT_BITS_MAX; shift += 7n) {
      const byte = data[at++]
      if (byte === undefined) throw new ConfChangeError('configuration change: cut short')
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return value
    }
    throw new ConfChangeError('configuration change: malformed number')
  }
  while (at < data.length) {
    const tag = Number(readVarint())
    const wire = tag & 7
    if (wire === WIRE_VARINT) {
      fields.push({ number: tag >>> 3, varint: readVarint(), bytes: new Uint8Array(0) })
    } else if (wire === WIRE_BYTES) {
      const length = Number(readVarint())
      if (length > data.length - at) throw new ConfChangeError('configuration change: cut short')
      fields.push({ number: tag >>> 3, varint: 0n, bytes: data.subarray(at, at + length) })
      at += length
    } else {
      throw new ConfChangeError('configuration change: unknown wire type')
    }
  }
  return fields
}

function varint(value: bigint): number[] {
  const bytes: number[] = []
  let rest = value
  while (rest >= 0x80n) {
    bytes.push(Number(rest & 0x7fn) | 0x80)
    rest >>= 7n
  }
  bytes.push(Number(rest))
  return bytes
}
