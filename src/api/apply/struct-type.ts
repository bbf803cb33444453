import type { FieldDefinition, FieldType, FieldWords, Struct } from '../schema/index.ts'
import { type ApplyType, type MapShape, UNTYPED, UNTYPED_ATOMIC } from './apply-type.ts'

const types = new WeakMap<Struct<FieldWords>, ApplyType>()

/** How apply sees a declared struct. */
export function structType(struct: Struct<FieldWords>): ApplyType {
  const known = types.get(struct)
  if (known) return known
  const fields = new Map<string, ApplyType>()
  // Its only key is a name, which OpenAPI gives a default.
  const isReference = struct.name.endsWith('.LocalObjectReference')
  const map: MapShape = {
    atomic: struct.mapType === 'atomic',
    field(name) {
      const made = fields.get(name)
      if (made) return made
      const definition = Object.hasOwn(struct.fields, name) ? struct.fields[name] : undefined
      if (!definition) return undefined
      const type = fieldType(definition)
      fields.set(name, type)
      return type
    },
    keyDefault: (name) => (isReference ? '' : keyDefault(name, struct.fields[name])),
  }
  const type: ApplyType = { map }
  types.set(struct, type)
  return type
}

/** OpenAPI gives required keys their zero as default, and a port's protocol TCP. */
function keyDefault(name: string, definition: FieldDefinition | undefined): unknown {
  if (!definition || definition.nullable) return undefined
  if (name === 'protocol') return 'TCP'
  if (!definition.required) return undefined
  if (definition.type.kind === 'string') return ''
  return NUMERIC.has(definition.type.kind) ? 0 : undefined
}

const NUMERIC: ReadonlySet<string> = new Set(['int32', 'int64', 'double'])

function fieldType(definition: FieldDefinition): ApplyType {
  const { type, listType, listMapKeys = [], mapType } = definition
  if (type.kind === 'list') {
    const item = once(() => plainType(type.item))
    const atomic = listType === undefined || listType === 'atomic'
    return { list: { atomic, keys: listType === 'map' ? listMapKeys : [], item } }
  }
  const plain = plainType(type)
  // A field's own word counts for more than its type's.
  if (mapType === undefined || !plain.map) return plain
  return { map: { ...plain.map, atomic: mapType === 'atomic' } }
}

function plainType(type: FieldType): ApplyType {
  switch (type.kind) {
    case 'struct':
      return structType(type.struct())
    case 'list':
      return { list: { atomic: true, keys: [], item: once(() => plainType(type.item)) } }
    case 'map': {
      const entry = once(() => plainType(type.value))
      const shape = { field: () => undefined, keyDefault: () => undefined }
      return { map: { atomic: false, entry, ...shape } }
    }
    case 'string':
    case 'bytes':
      return { scalar: 'string' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'int32':
    case 'int64':
    case 'double':
      return { scalar: 'numeric' }
    case 'fieldsV1':
      return UNTYPED
    case 'raw':
    case 'json':
    case 'either':
      return UNTYPED_ATOMIC
    default:
      return { scalar: 'untyped' }
  }
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => (made ??= make())
}
