import { type CelType, mapOf, type ObjectField, T } from '../cel/index.ts'
import { isEmbedded, isIntOrString, itemsOf, preserves, type Schema, valuesOf } from './node.ts'

/** Longest request, in bytes: what sizes are bounded by when a schema does not say. */
const REQUEST_BYTES_MAX = 3 * 1024 * 1024

/** Names that expressions cannot use as they are (CEL's keywords). */
const RESERVED = new Set(
  (
    'true false null in as break const continue else for function if import let loop package ' +
    'namespace return var void while'
  ).split(' '),
)

/** A property's name within expressions: `__dash__` for `-`; undefined when it has none. */
export function escapeName(name: string): string | undefined {
  if (RESERVED.has(name)) return `__${name}__`
  if (!/^[A-Za-z_./-][A-Za-z0-9_./-]*$/.test(name)) return undefined
  return name
    .replaceAll('__', '\u0000')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
    .replaceAll('\u0000', '__underscores__')
}

/**
 * What a schema is to expressions; undefined for what they cannot see, such as objects of which
 * nothing is known.
 */
export function celTypeOf(schema: Schema, options: { isRoot?: boolean } = {}): CelType | undefined {
  if (isIntOrString(schema)) return { ...T.dyn, maxSize: schema.maxLength ?? REQUEST_BYTES_MAX - 2 }
  switch (schema.type) {
    case 'array':
      return listType(schema)
    case 'object':
      return objectType(schema, options.isRoot === true || isEmbedded(schema))
    case 'string':
      return stringType(schema)
    case 'boolean':
      return T.bool
    case 'number':
      return T.double
    case 'integer':
      return T.int
    default:
      return undefined
  }
}

function stringType(schema: Schema): CelType {
  switch (schema.format) {
    case 'byte':
      return { ...T.bytes, maxSize: schema.maxLength ?? REQUEST_BYTES_MAX - 2 }
    case 'duration':
      return T.duration
    case 'date':
    case 'date-time':
      return T.timestamp
    default:
      return { ...T.string, maxSize: stringMax(schema) }
  }
}

// The longest that fits a request; of enumerated values the longest of them.
function stringMax(schema: Schema): number {
  if (schema.maxLength !== undefined) return schema.maxLength * 4
  const texts = (schema.enum ?? []).filter((v) => typeof v === 'string')
  if (texts.length > 0) return Math.max(...texts.map((text) => text.length))
  return REQUEST_BYTES_MAX - 2
}

function listType(schema: Schema): CelType | undefined {
  const items = itemsOf(schema)
  const item = items && celTypeOf(items)
  if (!items || !item) return undefined
  const maxSize = schema.maxItems ?? Math.floor((REQUEST_BYTES_MAX - 2) / (minBytes(items) + 1))
  const type = schema['x-kubernetes-list-type']
  const mapKeys = schema['x-kubernetes-list-map-keys'] ?? []
  if (type !== 'set' && type !== 'map') return { kind: 'list', item, maxSize }
  return { kind: 'list', item, maxSize, listType: type, mapKeys }
}

function objectType(schema: Schema, isRoot: boolean): CelType | undefined {
  const values = valuesOf(schema)
  if (values) {
    const value = celTypeOf(values)
    if (!value) return undefined
    const maxSize =
      schema.maxProperties ?? Math.floor((REQUEST_BYTES_MAX - 2) / (minBytes(values) + 6))
    return { ...mapOf(T.string, value), maxSize } as CelType
  }
  const fields = new Map<string, ObjectField>()
  if (isRoot) for (const [name, field] of Object.entries(ROOT_FIELDS)) fields.set(name, field)
  for (const [json, property] of Object.entries(schema.properties ?? {})) {
    if (isRoot && Object.hasOwn(ROOT_FIELDS, json)) continue
    const type = celTypeOf(property)
    const name = escapeName(json)
    if (type && name !== undefined) fields.set(name, { type, json })
  }
  // Of an object of which nothing is declared and everything kept, expressions see nothing.
  if (fields.size === 0 && preserves(schema) && !isRoot) {
    return { kind: 'object', name: 'object', fields }
  }
  return { kind: 'object', name: 'object', fields }
}

const NAME = { ...T.string, maxSize: 253 }
const METADATA: CelType = {
  kind: 'object',
  name: 'ObjectMeta',
  fields: new Map([
    ['name', { type: NAME, json: 'name' }],
    ['generateName', { type: NAME, json: 'generateName' }],
  ]),
}
const ROOT_FIELDS: Readonly<Record<string, ObjectField>> = {
  apiVersion: { type: { ...T.string, maxSize: 317 }, json: 'apiVersion' },
  kind: { type: { ...T.string, maxSize: 63 }, json: 'kind' },
  metadata: { type: METADATA, json: 'metadata' },
}

/** The fewest bytes that a value takes in JSON. */
function minBytes(schema: Schema): number {
  switch (schema.type) {
    case 'object': {
      const needed = schema.required ?? []
      return needed.reduce((sum, name) => {
        const property = schema.properties?.[name]
        return sum + name.length + 4 + (property ? minBytes(property) : 1)
      }, 2)
    }
    case 'array':
    case 'string':
      return 2
    case 'boolean':
      return 4
    default:
      return 1
  }
}
