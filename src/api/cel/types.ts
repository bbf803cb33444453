/** What an expression or a value is. `maxSize` bounds what a schema says, for estimates of cost. */
export type CelType =
  | { readonly kind: ScalarType; readonly maxSize?: number }
  | ListType
  | {
      readonly kind: 'map'
      readonly key: CelType
      readonly value: CelType
      readonly maxSize?: number
    }
  | ObjectType
  | { readonly kind: 'optional'; readonly of: CelType }
  | { readonly kind: 'type' }
  | { readonly kind: 'opaque'; readonly name: string }
  /** Stands for any one type within a signature. */
  | { readonly kind: 'param'; readonly name: string }

export type ScalarType =
  | 'dyn'
  | 'bool'
  | 'int'
  | 'uint'
  | 'double'
  | 'string'
  | 'bytes'
  | 'null'
  | 'timestamp'
  | 'duration'

export interface ListType {
  readonly kind: 'list'
  readonly item: CelType
  readonly maxSize?: number
  /** Compared and added as a set, or as a map with these keys. */
  readonly listType?: 'set' | 'map'
  readonly mapKeys?: readonly string[]
}

export interface ObjectType {
  readonly kind: 'object'
  readonly name: string
  /** By the name within expressions. */
  readonly fields: ReadonlyMap<string, ObjectField>
}

export interface ObjectField {
  readonly type: CelType
  /** Its name in JSON, where it has another. */
  readonly json: string
}

export const T = {
  dyn: { kind: 'dyn' },
  bool: { kind: 'bool' },
  int: { kind: 'int' },
  uint: { kind: 'uint' },
  double: { kind: 'double' },
  string: { kind: 'string' },
  bytes: { kind: 'bytes' },
  null: { kind: 'null' },
  timestamp: { kind: 'timestamp' },
  duration: { kind: 'duration' },
  type: { kind: 'type' },
  a: { kind: 'param', name: 'A' },
  b: { kind: 'param', name: 'B' },
} as const satisfies Record<string, CelType>

export const listOf = (item: CelType): CelType => ({ kind: 'list', item })
export const mapOf = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value })
export const optionalOf = (of: CelType): CelType => ({ kind: 'optional', of })
export const opaque = (name: string): CelType => ({ kind: 'opaque', name })

/** As in messages: `map(string, int)`. */
export function typeName(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${typeName(type.item)})`
    case 'map':
      return `map(${typeName(type.key)}, ${typeName(type.value)})`
    case 'object':
    case 'opaque':
    case 'param':
      return type.name
    case 'optional':
      return `optional_type(${typeName(type.of)})`
    case 'timestamp':
      return 'timestamp'
    case 'duration':
      return 'duration'
    default:
      return type.kind
  }
}

/** What stands for the parameters of one signature. */
export type Bindings = Map<string, CelType>

/** Whether a value of type `given` may stand where `wanted` is declared; binds parameters. */
export function assignable(given: CelType, wanted: CelType, bindings: Bindings): boolean {
  if (wanted.kind === 'param') return assignParam(given, wanted.name, bindings)
  if (given.kind === 'dyn' || wanted.kind === 'dyn') return true
  if (given.kind === 'null') return acceptsNull(wanted)
  if (given.kind !== wanted.kind) return false
  switch (given.kind) {
    case 'list':
      return wanted.kind === 'list' && assignable(given.item, wanted.item, bindings)
    case 'map':
      return (
        wanted.kind === 'map' &&
        assignable(given.key, wanted.key, bindings) &&
        assignable(given.value, wanted.value, bindings)
      )
    case 'optional':
      return wanted.kind === 'optional' && assignable(given.of, wanted.of, bindings)
    case 'object':
    case 'opaque':
      return given.name === (wanted as { name: string }).name
    default:
      return true
  }
}

function acceptsNull(wanted: CelType): boolean {
  return ['null', 'object', 'opaque', 'timestamp', 'duration', 'optional'].includes(wanted.kind)
}

function assignParam(given: CelType, name: string, bindings: Bindings): boolean {
  const bound = bindings.get(name)
  if (!bound || bound.kind === 'dyn') {
    if (!bound) bindings.set(name, given)
    return true
  }
  if (given.kind === 'dyn') {
    bindings.set(name, given)
    return true
  }
  // An empty list's or a null's unknown part gives way to what is known.
  if (assignable(given, bound, new Map())) {
    if (bound.kind !== 'null' && !isOpen(bound)) return true
    bindings.set(name, given)
    return true
  }
  if (!assignable(bound, given, new Map())) return false
  bindings.set(name, given)
  return true
}

function isOpen(type: CelType): boolean {
  if (type.kind === 'list') return type.item.kind === 'dyn' || isOpen(type.item)
  if (type.kind === 'map') return type.value.kind === 'dyn' || isOpen(type.value)
  return type.kind === 'optional' && (type.of.kind === 'dyn' || isOpen(type.of))
}

/** A signature's type with its parameters replaced. */
export function substitute(type: CelType, bindings: Bindings): CelType {
  switch (type.kind) {
    case 'param':
      return bindings.get(type.name) ?? T.dyn
    case 'list':
      return { ...type, item: substitute(type.item, bindings) }
    case 'map':
      return {
        ...type,
        key: substitute(type.key, bindings),
        value: substitute(type.value, bindings),
      }
    case 'optional':
      return optionalOf(substitute(type.of, bindings))
    default:
      return type
  }
}

/** The type of a mixture: the common one, or dyn. */
export function joinTypes(types: readonly CelType[]): CelType {
  const [first, ...more] = types
  if (!first) return T.dyn
  let joined: CelType = first
  for (const type of more) {
    if (assignable(type, joined, new Map()) && joined.kind !== 'null') continue
    if (!assignable(joined, type, new Map())) return T.dyn
    joined = type
  }
  return joined
}
