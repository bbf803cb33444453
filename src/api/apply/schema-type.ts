import { type ApplyType, isMap, type MapShape, UNTYPED } from './apply-type.ts'

/** The part of an OpenAPI v3 schema that apply looks at. */
export interface ApplySchema {
  readonly type?: string
  readonly properties?: Readonly<Record<string, ApplySchema>>
  readonly additionalProperties?: ApplySchema | boolean
  readonly items?: unknown
  readonly default?: unknown
  readonly 'x-kubernetes-list-type'?: string
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: string
  readonly 'x-kubernetes-preserve-unknown-fields'?: boolean
  readonly 'x-kubernetes-int-or-string'?: boolean
  readonly 'x-kubernetes-embedded-resource'?: boolean
}

/**
 * How apply sees a structural schema of a CustomResourceDefinition. `metadata` is the type of
 * `metadata` at the root and in embedded resources, which schemas leave open.
 */
export function schemaType(schema: ApplySchema, metadata: ApplyType): ApplyType {
  return typeOf({ ...schema, 'x-kubernetes-embedded-resource': true }, metadata)
}

const types = new WeakMap<object, ApplyType>()

function typeOf(schema: ApplySchema, metadata: ApplyType): ApplyType {
  const known = types.get(schema)
  if (known) return known
  const made = make(schema, metadata)
  types.set(schema, made)
  return made
}

function make(schema: ApplySchema, metadata: ApplyType): ApplyType {
  if (schema['x-kubernetes-int-or-string']) return { scalar: 'untyped' }
  switch (schema.type) {
    case 'string':
      return { scalar: 'string' }
    case 'boolean':
      return { scalar: 'boolean' }
    case 'integer':
    case 'number':
      return { scalar: 'numeric' }
    case 'array': {
      const items: ApplySchema = isMap(schema.items) ? schema.items : {}
      const kind = schema['x-kubernetes-list-type'] ?? 'atomic'
      const keys = kind === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : []
      return { list: { atomic: kind === 'atomic', keys, item: () => typeOf(items, metadata) } }
    }
    case 'object':
      return objectType(schema, metadata)
    default:
      return UNTYPED
  }
}

function objectType(schema: ApplySchema, metadata: ApplyType): ApplyType {
  const { properties = {}, additionalProperties } = schema
  const embedded = schema['x-kubernetes-embedded-resource'] === true
  const open = schema['x-kubernetes-preserve-unknown-fields'] === true
  const empty = Object.keys(properties).length === 0 && additionalProperties === undefined
  if (empty && open && !embedded) return UNTYPED
  const entry = isMap(additionalProperties)
    ? () => typeOf(additionalProperties, metadata)
    : open || additionalProperties === true
      ? () => UNTYPED
      : undefined
  const map: MapShape = {
    atomic: schema['x-kubernetes-map-type'] === 'atomic',
    field(name) {
      if (embedded && name === 'metadata') return metadata
      if (embedded && (name === 'kind' || name === 'apiVersion')) return { scalar: 'string' }
      const property = Object.hasOwn(properties, name) ? properties[name] : undefined
      return property && typeOf(property, metadata)
    },
    ...(entry && { entry }),
    keyDefault: (name) => properties[name]?.default,
  }
  return { map }
}
