import { CelError } from './errors.ts'

/** A value of CEL: ints are bigint, doubles number. Nobody changes one. */
export type CelValue =
  | boolean
  | bigint
  | number
  | string
  | null
  | Uint
  | Uint8Array
  | Timestamp
  | Duration
  | Optional
  | TypeValue
  | CelList
  | CelMap
  | Opaque

export class Uint {
  readonly value: bigint
  constructor(value: bigint) {
    this.value = value
  }
}

/** A point in time, in nanoseconds since 1970. */
export class Timestamp {
  readonly ns: bigint
  constructor(ns: bigint) {
    this.ns = ns
  }
}

export class Duration {
  readonly ns: bigint
  constructor(ns: bigint) {
    this.ns = ns
  }
}

export class Optional {
  static readonly none = new Optional(undefined)
  readonly value: CelValue | undefined
  private constructor(value: CelValue | undefined) {
    this.value = value
  }
  static of(value: CelValue | undefined): Optional {
    return value === undefined ? Optional.none : new Optional(value)
  }
}

/** What `type(x)` gives, and names of types stand for. */
export class TypeValue {
  readonly name: string
  constructor(name: string) {
    this.name = name
  }
}

/** A value of a library's own type, such as a quantity or a URL. */
export abstract class Opaque {
  abstract readonly typeName: string
  abstract equals(other: Opaque): boolean
  /** What output is made of: for audit annotations and results that are JSON. */
  toJson(): unknown {
    throw new CelError(`unsupported conversion of ${this.typeName} to JSON`)
  }
}

export abstract class CelList {
  abstract readonly size: number
  /** `index` is within bounds. */
  abstract at(index: number): CelValue

  [Symbol.iterator](): Generator<CelValue> {
    return itemsOf(this)
  }

  /** Equality and concatenation as a set or a map of items (`x-kubernetes-list-type`). */
  readonly listType: 'set' | 'map' | undefined = undefined
  readonly mapKeys: readonly string[] = []
}

function* itemsOf(list: CelList): Generator<CelValue> {
  for (let i = 0; i < list.size; i++) yield list.at(i)
}

export class ArrayList extends CelList {
  readonly #items: readonly CelValue[]
  constructor(items: readonly CelValue[]) {
    super()
    this.#items = items
  }
  get size(): number {
    return this.#items.length
  }
  at(index: number): CelValue {
    return this.#items[index] ?? null
  }
}

export type MapKey = string | bigint | boolean | Uint

export abstract class CelMap {
  /** For messages: `map`, or an object's type. */
  readonly typeName: string = 'map'
  abstract readonly size: number
  abstract get(key: CelValue): CelValue | undefined
  abstract keys(): Iterable<CelValue>
}

/** A map that an expression makes. */
export class EntryMap extends CelMap {
  readonly #entries = new Map<string, { key: CelValue; value: CelValue }>()

  get size(): number {
    return this.#entries.size
  }
  get(key: CelValue): CelValue | undefined {
    return this.#entries.get(keyText(key))?.value
  }
  *keys(): Generator<CelValue> {
    for (const { key } of this.#entries.values()) yield key
  }
  /** Whether the key was new. */
  add(key: CelValue, value: CelValue): boolean {
    const text = keyText(key)
    if (this.#entries.has(text)) return false
    this.#entries.set(text, { key, value })
    return true
  }
}

// Numbers of all types are one key when they are equal (cel-spec: heterogeneous equality).
function keyText(key: CelValue): string {
  if (typeof key === 'string') return `s${key}`
  if (typeof key === 'bigint') return `n${key}`
  if (typeof key === 'boolean') return `b${key}`
  if (key instanceof Uint) return `n${key.value}`
  if (typeof key === 'number' && Number.isInteger(key)) return `n${BigInt(key)}`
  return `x${typeof key === 'object' ? typeOf(key) : key}`
}

/** A key as messages and JSON have it. */
export function describeKey(key: CelValue): string {
  if (key instanceof Uint) return String(key.value)
  return typeof key === 'object' ? typeOf(key) : String(key)
}

/** The name of a value's type, as `type(x)` has it. */
export function typeOf(value: CelValue): string {
  if (value === null) return 'null_type'
  switch (typeof value) {
    case 'boolean':
      return 'bool'
    case 'bigint':
      return 'int'
    case 'number':
      return 'double'
    case 'string':
      return 'string'
    default:
      return typeOfObject(value)
  }
}

function typeOfObject(value: Exclude<CelValue, boolean | bigint | number | string | null>): string {
  if (value instanceof Uint) return 'uint'
  if (value instanceof Uint8Array) return 'bytes'
  if (value instanceof Timestamp) return 'google.protobuf.Timestamp'
  if (value instanceof Duration) return 'google.protobuf.Duration'
  if (value instanceof Optional) return 'optional_type'
  if (value instanceof TypeValue) return 'type'
  if (value instanceof CelList) return 'list'
  return value.typeName
}

/** How much of a value there is to walk over: what the cost of functions depends on. */
export function sizeOf(value: CelValue | undefined): number {
  if (typeof value === 'string') return value.length
  if (value instanceof Uint8Array) return value.length
  if (value instanceof CelList || value instanceof CelMap) return value.size
  if (value instanceof Optional) return value.value === undefined ? 1 : sizeOf(value.value)
  return 1
}

export const INT_MIN = -(2n ** 63n)
export const INT_MAX = 2n ** 63n - 1n
export const UINT_MAX = 2n ** 64n - 1n
