/**
 * What server-side apply must know of a value's type, whoever declares it: a struct of ours, or a
 * CustomResourceDefinition's schema. A type may allow several shapes; the value decides.
 */
export interface ApplyType {
  readonly scalar?: 'string' | 'numeric' | 'boolean' | 'untyped'
  readonly list?: ListShape
  readonly map?: MapShape
}

export interface ListShape {
  /** Owned as a whole; otherwise items are told apart by `keys`, or by themselves (a set). */
  readonly atomic: boolean
  readonly keys: readonly string[]
  item(): ApplyType
}

export interface MapShape {
  /** Owned as a whole. */
  readonly atomic: boolean
  /** The type of a declared field. */
  field(name: string): ApplyType | undefined
  /** The type of entries that are not declared; absent: there may be none. */
  readonly entry?: () => ApplyType
  /** What a list key is taken to be where an item leaves it out. */
  keyDefault(name: string): unknown
}

/** Anything, owned entry by entry, as in fields that a schema says nothing of. */
export const UNTYPED: ApplyType = {
  scalar: 'untyped',
  list: { atomic: true, keys: [], item: () => UNTYPED_ATOMIC },
  map: { atomic: false, field: () => undefined, entry: () => UNTYPED, keyDefault: () => undefined },
}

/** Anything, owned as a whole. */
export const UNTYPED_ATOMIC: ApplyType = {
  scalar: 'untyped',
  list: { atomic: true, keys: [], item: () => UNTYPED_ATOMIC },
  map: {
    atomic: true,
    field: () => undefined,
    entry: () => UNTYPED_ATOMIC,
    keyDefault: () => undefined,
  },
}

/** A type's map entry or field by name; undefined when there is none of that name. */
export function fieldOf(map: MapShape, name: string): ApplyType | undefined {
  return map.field(name) ?? map.entry?.()
}

type JsonMap = Readonly<Record<string, unknown>>

export const isMap = (value: unknown): value is JsonMap =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** An entry of its own: names such as `constructor` are names like any other. */
export const ownOf = (map: JsonMap, name: string): unknown =>
  Object.hasOwn(map, name) ? map[name] : undefined

/** The one shape that a value has; all of them for null and for what fits none. */
export function narrow(type: ApplyType, value: unknown): ApplyType {
  if (value === undefined || value === null) return type
  if (Array.isArray(value)) return type.list ? { list: type.list } : type
  if (isMap(value)) return type.map ? { map: type.map } : type
  return type.scalar ? { scalar: type.scalar } : type
}

/** What a type is visited as: maps first, as upstream. */
export function shapeOf(type: ApplyType): 'map' | 'scalar' | 'list' {
  if (type.map) return 'map'
  return type.scalar ? 'scalar' : 'list'
}

export const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])
export const mapOf = (value: unknown): JsonMap => (isMap(value) ? value : {})
