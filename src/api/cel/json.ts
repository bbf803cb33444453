import { CelError } from './errors.ts'
import { parseDuration, parseTimestamp, formatDuration, formatTimestamp } from './time.ts'
import type { CelType, ListType, ObjectType } from './types.ts'
import {
  CelList,
  CelMap,
  type CelValue,
  describeKey,
  Duration,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
} from './values.ts'

/** A JSON value as expressions see it, by its declared type; nothing is copied. */
export function fromJson(value: unknown, type: CelType = DYN): CelValue {
  if (value === null || value === undefined) return null
  switch (typeof value) {
    case 'boolean':
      return value
    case 'number':
      return fromNumber(value, type)
    case 'string':
      return fromString(value, type)
    case 'bigint':
      return value
    default:
      return fromObject(value, type)
  }
}

const DYN: CelType = { kind: 'dyn' }

function fromNumber(value: number, type: CelType): CelValue {
  if (type.kind === 'double') return value
  if (type.kind === 'int' || Number.isInteger(value)) return BigInt(Math.trunc(value))
  return value
}

function fromString(value: string, type: CelType): CelValue {
  switch (type.kind) {
    case 'timestamp':
      return parseTimestamp(value.length === 10 ? `${value}T00:00:00Z` : value)
    case 'duration':
      return parseDuration(value)
    case 'bytes':
      return new Uint8Array(Buffer.from(value, 'base64'))
    default:
      return value
  }
}

function fromObject(value: object, type: CelType): CelValue {
  if (Array.isArray(value)) {
    return new JsonList(value, type.kind === 'list' ? type : undefined)
  }
  const record = value as Record<string, unknown>
  if (type.kind === 'object') return new JsonObject(record, type)
  return new JsonMap(record, type.kind === 'map' ? type.value : DYN)
}

class JsonList extends CelList {
  readonly #items: readonly unknown[]
  readonly #type: CelType
  override readonly listType: 'set' | 'map' | undefined
  override readonly mapKeys: readonly string[]

  constructor(items: readonly unknown[], type: ListType | undefined) {
    super()
    this.#items = items
    this.#type = type?.item ?? DYN
    this.listType = type?.listType
    this.mapKeys = type?.mapKeys ?? []
  }
  get size(): number {
    return this.#items.length
  }
  at(index: number): CelValue {
    return fromJson(this.#items[index], this.#type)
  }
}

class JsonMap extends CelMap {
  readonly #record: Readonly<Record<string, unknown>>
  readonly #value: CelType
  constructor(record: Readonly<Record<string, unknown>>, value: CelType) {
    super()
    this.#record = record
    this.#value = value
  }
  get size(): number {
    return Object.keys(this.#record).length
  }
  get(key: CelValue): CelValue | undefined {
    if (typeof key !== 'string' || !Object.hasOwn(this.#record, key)) return undefined
    const value = this.#record[key]
    return value === undefined ? undefined : fromJson(value, this.#value)
  }
  keys(): Iterable<CelValue> {
    return Object.keys(this.#record)
  }
}

/** An object with declared fields: only those are seen. */
export class JsonObject extends CelMap {
  readonly #record: Readonly<Record<string, unknown>>
  readonly #type: ObjectType
  override readonly typeName: string

  constructor(record: Readonly<Record<string, unknown>>, type: ObjectType) {
    super()
    this.#record = record
    this.#type = type
    this.typeName = type.name
  }
  get size(): number {
    return [...this.keys()].length
  }
  get(key: CelValue): CelValue | undefined {
    const field = typeof key === 'string' ? this.#type.fields.get(key) : undefined
    if (!field || !Object.hasOwn(this.#record, field.json)) return undefined
    const value = this.#record[field.json]
    return value === undefined ? undefined : fromJson(value, field.type)
  }
  *keys(): Generator<CelValue> {
    for (const [name, { json }] of this.#type.fields) {
      if (Object.hasOwn(this.#record, json)) yield name
    }
  }
  /** Whether both hold the same fields with the same values, seen or not. */
  get record(): Readonly<Record<string, unknown>> {
    return this.#record
  }
}

/** A value as JSON. Throws `CelError` for what has no such form. */
export function toJson(value: CelValue): unknown {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value
  if (typeof value === 'number') return value
  if (typeof value === 'bigint') return Number(value)
  if (value instanceof Uint) return Number(value.value)
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64')
  if (value instanceof Timestamp) return formatTimestamp(value)
  if (value instanceof Duration) return formatDuration(value)
  if (value instanceof Optional) return value.value === undefined ? null : toJson(value.value)
  if (value instanceof CelList) return [...value].map(toJson)
  if (value instanceof CelMap) return mapToJson(value)
  if (value instanceof Opaque) return value.toJson()
  if (value instanceof TypeValue) return value.name
  throw new CelError('unsupported conversion to JSON')
}

function mapToJson(map: CelMap): Record<string, unknown> {
  if (map instanceof JsonObject) return { ...map.record }
  const record: Record<string, unknown> = {}
  for (const key of map.keys()) {
    const name = describeKey(key)
    Object.defineProperty(record, name, {
      value: toJson(map.get(key) ?? null),
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
  return record
}
