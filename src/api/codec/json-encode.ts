import type { FieldDefinition, FieldType, FieldWords, Struct } from '../schema/index.ts'
import { emptyValueOf } from './zeros.ts'

interface FieldPlan {
  readonly name: string
  readonly definition: FieldDefinition
  readonly keepsZero: boolean
  readonly write: (value: unknown) => unknown
}

const plans = new WeakMap<Struct<FieldWords>, readonly FieldPlan[]>()

/** The JSON text of an object, as a server writes it. */
export function encodeJson(struct: Struct<FieldWords>, object: unknown): string {
  return JSON.stringify(toJsonValue(struct, object))
}

/**
 * The JSON value of an object as Go would write it: declared fields only, in the order of their
 * declaration, zeros of optional fields left out, required fields there even when empty.
 */
export function toJsonValue(struct: Struct<FieldWords>, object: unknown): Record<string, unknown> {
  const source = (object ?? {}) as Record<string, unknown>
  const result: Record<string, unknown> = {}
  for (const { name, definition, keepsZero, write } of planOf(struct)) {
    const value = source[name]
    if (value === undefined || value === null) {
      if (isWrittenEmpty(definition)) result[name] = emptyOf(definition)
    } else if (keepsZero || !isZero(value, definition.type)) result[name] = write(value)
  }
  return result
}

function planOf(struct: Struct<FieldWords>): readonly FieldPlan[] {
  const known = plans.get(struct)
  if (known !== undefined) return known
  const plan = Object.entries(struct.fields).map(([name, definition]): FieldPlan => {
    const keepsZero = definition.nullable === true || definition.required || definition.always
    return { name, definition, keepsZero, write: writerOf(definition.type) }
  })
  plans.set(struct, plan)
  return plan
}

function writerOf(type: FieldType): (value: unknown) => unknown {
  switch (type.kind) {
    case 'struct':
      return (value) => toJsonValue(type.struct(), value)
    case 'list': {
      if (!holdsStructs(type.item)) return (value) => value
      const write = writerOf(type.item)
      return (value) => (value as unknown[]).map((item) => write(item))
    }
    case 'map': {
      if (!holdsStructs(type.value)) return (value) => value
      const write = writerOf(type.value)
      return (value) =>
        Object.fromEntries(
          Object.entries(value as Record<string, unknown>).map(([k, v]) => [k, write(v)]),
        )
    }
    case 'either': {
      const write = (value: unknown) => toJsonValue(type.struct(), value)
      return (value) => {
        if (Array.isArray(value)) return type.other === 'list' ? value.map(write) : value
        return typeof value === 'object' ? write(value) : value
      }
    }
    default:
      return (value) => value
  }
}

function holdsStructs(type: FieldType): boolean {
  if (type.kind === 'list') return holdsStructs(type.item)
  if (type.kind === 'map') return holdsStructs(type.value)
  return type.kind === 'struct' || type.kind === 'either'
}

function isWrittenEmpty(definition: FieldDefinition): boolean {
  return definition.always || (definition.required && definition.nullable !== true)
}

function emptyOf({ type, nullable }: FieldDefinition): unknown {
  if (nullable) return null
  if (type.kind === 'struct') return toJsonValue(type.struct(), {})
  // A list that is not there is null, one that is empty is empty.
  return type.kind === 'list' ? null : (emptyValueOf(type) ?? null)
}

// Kinds of which every value that is there is written.
const OPAQUE: ReadonlySet<string> = new Set(['struct', 'either', 'raw', 'json', 'fieldsV1'])

function isZero(value: unknown, type: FieldType): boolean {
  if (type.kind === 'list') return (value as unknown[]).length === 0
  if (type.kind === 'map') return Object.keys(value as object).length === 0
  if (OPAQUE.has(type.kind)) return false
  return value === '' || value === 0 || value === false
}
