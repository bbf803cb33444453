import { type CelType, type ObjectField, T } from '../cel/index.ts'
import type { FieldType, FieldWords, Struct } from '../schema/index.ts'
import { escapeName } from '../structural/index.ts'

type Declared = Struct<FieldWords>

const known = new WeakMap<Declared, CelType>()

/**
 * A declared type as expressions see it through its OpenAPI. Quantities have two types there, which
 * makes them invisible; a type within itself is of any type.
 */
export function celTypeOfStruct(struct: Declared): CelType {
  const before = known.get(struct)
  if (before) return before
  known.set(struct, T.dyn)
  const fields = new Map<string, ObjectField>()
  for (const [json, { type }] of Object.entries(struct.fields)) {
    const name = escapeName(json)
    const field = typeOf(type)
    if (name !== undefined && field) fields.set(name, { type: field, json })
  }
  const type: CelType = { kind: 'object', name: struct.name, fields }
  known.set(struct, type)
  return type
}

const OPEN: CelType = { kind: 'object', name: 'object', fields: new Map() }
const SCALARS: Readonly<Record<string, CelType>> = {
  string: T.string,
  boolean: T.bool,
  int32: T.int,
  int64: T.int,
  double: T.double,
  bytes: T.bytes,
  time: T.timestamp,
  microTime: T.timestamp,
  intOrString: T.dyn,
  raw: OPEN,
  fieldsV1: OPEN,
}

function typeOf(type: FieldType): CelType | undefined {
  switch (type.kind) {
    case 'struct':
      return celTypeOfStruct(type.struct())
    case 'list': {
      const item = typeOf(type.item)
      return item && { kind: 'list', item }
    }
    case 'map': {
      const value = typeOf(type.value)
      return value && { kind: 'map', key: T.string, value }
    }
    default:
      return SCALARS[type.kind]
  }
}
