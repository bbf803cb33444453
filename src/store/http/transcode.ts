import { GrpcCode, GrpcError } from '../../base/index.ts'
import type { SchemaField, SchemaType } from '../../gen/schema.js'
import { camelCase } from '../rpc/descriptors.ts'
import { readVarint64, skipField } from './wire64.ts'
import { enumNamed, typeNamed } from './schema.ts'

/**
 * JSON to protobuf and back by protobuf's mapping (protobuf.dev: ProtoJSON), names as in the .proto
 * files, as etcd's gateway has it. Zero values are not written. Bad JSON throws `GrpcError`.
 */

/** Messages within messages, at most: deeper ones are refused. */
const DEPTH_MAX = 100

const bad = (why: string) => new GrpcError(GrpcCode.invalidArgument, why)

export function encodeJson(type: SchemaType, value: unknown, depth = 0): Uint8Array {
  if (depth > DEPTH_MAX) throw bad('json: nested too deeply')
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw bad(`json: cannot unmarshal ${kindOf(value)} into a message of ${type.name}`)
  }
  const parts: Uint8Array[] = []
  const given = new Map(Object.entries(value))
  for (const field of type.fields) {
    const found = given.get(field.name) ?? given.get(camelCase(field.name))
    if (found === undefined || found === null) continue
    if (!field.repeated) parts.push(encodeField(field, found, depth))
    else if (!Array.isArray(found)) throw bad(`json: ${field.name} must be an array`)
    else for (const each of found) parts.push(encodeField(field, each, depth))
  }
  return Buffer.concat(parts)
}

function kindOf(value: unknown): string {
  if (value === null) return 'null'
  return Array.isArray(value) ? 'array' : typeof value
}

function encodeField(field: SchemaField, value: unknown, depth: number): Uint8Array {
  const { type, number, name } = field
  if (type === 'message') {
    return delimited(number, encodeJson(typeNamed(field.typeName ?? ''), value, depth + 1))
  }
  if (type === 'string' || type === 'bytes') {
    if (typeof value !== 'string') throw bad(`json: ${name} must be a string`)
    return delimited(number, type === 'string' ? Buffer.from(value) : fromBase64(name, value))
  }
  return Buffer.concat([varint(BigInt(number << 3)), varint(integerOf(field, value))])
}

function delimited(number: number, bytes: Uint8Array): Uint8Array {
  return Buffer.concat([varint(BigInt((number << 3) | 2)), varint(BigInt(bytes.length)), bytes])
}

/** Standard or URL-safe alphabet, with padding or without. */
function fromBase64(name: string, text: string): Uint8Array {
  const plain = text.replace(/=+$/, '').replaceAll('-', '+').replaceAll('_', '/')
  if (!/^[A-Za-z0-9+/]*$/.test(plain) || plain.length % 4 === 1) {
    throw bad(`illegal base64 data in ${name}`)
  }
  return Buffer.from(plain, 'base64')
}

function integerOf(field: SchemaField, value: unknown): bigint {
  const { type, name } = field
  if (type === 'bool') {
    if (typeof value !== 'boolean') throw bad(`json: ${name} must be true or false`)
    return value ? 1n : 0n
  }
  if (type === 'enum' && typeof value === 'string') {
    const found = enumNamed(field.typeName ?? '').values[value]
    if (found === undefined) throw bad(`unknown value "${value}" for enum ${name}`)
    return BigInt(found)
  }
  const integer =
    (typeof value === 'number' && Number.isInteger(value)) ||
    (typeof value === 'string' && /^-?\d{1,20}$/.test(value))
      ? BigInt(value as number | string)
      : undefined
  const [low, high] = RANGES[type] ?? RANGE_32
  if (integer === undefined || integer < low || integer > high) {
    throw bad(`json: ${name} must be a number of type ${type}`)
  }
  return integer
}

const RANGE_32 = [-(2n ** 31n), 2n ** 31n - 1n] as const
const RANGES: Readonly<Record<string, readonly [low: bigint, high: bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  uint32: [0n, 2n ** 32n - 1n],
}

function varint(value: bigint): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, value)
  for (; rest > 0x7fn; rest >>= 7n) bytes.push(Number(rest & 0x7fn) | 0x80)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}

/** A message as JSON's value: 64-bit integers as strings, bytes in base64, enums by name. */
export function decodeJson(type: SchemaType, bytes: Uint8Array): Record<string, unknown> {
  const found = new Map<number, unknown[]>()
  for (let at = 0; at < bytes.length; ) {
    const tag = readVarint64(bytes, at)
    const number = Number(tag.value >> 3n)
    const wireType = Number(tag.value & 7n)
    const field = type.fields.find((each) => each.number === number)
    if (!field || (wireType !== 0 && wireType !== 2)) {
      at = skipField(bytes, tag.end, wireType)
      continue
    }
    const { value, end } = readVarint64(bytes, tag.end)
    at = wireType === 2 ? end + Number(value) : end
    const values = found.get(number) ?? []
    found.set(number, values)
    if (wireType === 2) values.push(valueOf(field, bytes.subarray(end, at)))
    else values.push(scalarOf(field, value))
  }
  const result: Record<string, unknown> = {}
  for (const field of type.fields) {
    const values = found.get(field.number)
    if (!values) continue
    const value = field.repeated ? values : values.at(-1)
    if (!isZero(field, value)) result[field.name] = value
  }
  return result
}

function valueOf(field: SchemaField, bytes: Uint8Array): unknown {
  if (field.type === 'message') return decodeJson(typeNamed(field.typeName ?? ''), bytes)
  return Buffer.from(bytes).toString(field.type === 'bytes' ? 'base64' : 'utf8')
}

function scalarOf({ type, typeName }: SchemaField, value: bigint): unknown {
  if (type === 'bool') return value !== 0n
  if (type === 'uint64') return value.toString()
  if (type === 'int64') return BigInt.asIntN(64, value).toString()
  const number = Number(type === 'uint32' ? value : BigInt.asIntN(32, value))
  if (type !== 'enum') return number
  const { values } = enumNamed(typeName ?? '')
  return Object.entries(values).find(([, each]) => each === number)?.[0] ?? number
}

/** proto3 writes no zero values, though a sender may; within a oneof all are told. */
function isZero({ type, typeName, repeated, oneof }: SchemaField, value: unknown): boolean {
  if (repeated || oneof || type === 'message') return false
  if (type !== 'enum') return value === '' || value === '0' || value === 0 || value === false
  return typeof value === 'string' && enumNamed(typeName ?? '').values[value] === 0
}
