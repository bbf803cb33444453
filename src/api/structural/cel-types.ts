import { type CelType, type ObjectField, T } from '../cel/index.ts'
import { isEmbedded, isIntOrString, itemsOf, type Schema, valuesOf } from './node.ts'

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
  if (name === '' || /^[0-9]|[^A-Za-z0-9_./-]/.test(name)) return undefined
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
  if (isIntOrString(schema)) return { ...T.dyn, maxSize: REQUEST_BYTES_MAX - 2 }
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
  const { maxLength } = schema
  const bound = maxLength === undefined ? undefined : Math.max(0, maxLength)
  switch (schema.format) {
    case 'byte':
      return { ...T.bytes, maxSize: bound ?? REQUEST_BYTES_MAX - 2 }
    case 'duration':
      return { ...T.duration, maxSize: DURATION_MAX }
    case 'date':
      return { ...T.timestamp, maxSize: DATE_BYTES }
    case 'date-time':
      return { ...T.timestamp, maxSize: DATE_TIME_MAX }
    default:
      // Lengths count characters, of which each has four bytes at most.
      return { ...T.string, maxSize: bound === undefined ? enumMax(schema) : bound * 4 }
  }
}

/** Bytes of times in JSON, with their quotes. */
const DATE_BYTES = 12
const DATE_TIME_MIN = 21
const DATE_TIME_MAX = 32
const DURATION_MIN = 3
const DURATION_MAX = 32

// The longest that fits a request; of enumerated values the longest of them.
function enumMax({ enum: values = [] }: Schema): number {
  if (values.length === 0) return REQUEST_BYTES_MAX - 2
  const lengths = values.map((v) => (typeof v === 'string' ? Buffer.byteLength(v) : 0))
  return Math.max(...lengths)
}

function listType(schema: Schema): CelType | undefined {
  const items = itemsOf(schema)
  const item = items && celTypeOf(items)
  if (!items || !item) return undefined
  const { maxItems } = schema
  const room = Math.floor((REQUEST_BYTES_MAX - 2) / (minBytes(items) + 1))
  const maxSize = maxItems === undefined ? room : Math.max(0, maxItems)
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
    const { maxProperties } = schema
    const room = Math.floor((REQUEST_BYTES_MAX - 2) / (minBytes(values) + 6))
    const maxSize = maxProperties === undefined ? room : Math.max(0, maxProperties)
    // Nothing is said of the length of keys, and upstream counts them for nothing.
    return { kind: 'map', key: { ...T.string, maxSize: 0 }, value, maxSize }
  }
  const fields = new Map<string, ObjectField>()
  const properties = isRoot ? withMeta(schema) : (schema.properties ?? {})
  for (const [json, property] of Object.entries(properties)) {
    const type = celTypeOf(property)
    const name = escapeName(json)
    if (type && name !== undefined) fields.set(name, { type, json })
  }
  return { kind: 'object', name: 'object', fields }
}

const TEXT: Schema = { type: 'string' }
const METADATA: Schema = { type: 'object', properties: { name: TEXT, generateName: TEXT } }

/** What every object of the API has, unless the schema says all of it itself. */
function withMeta({ properties = {} }: Schema): Readonly<Record<string, Schema>> {
  const { kind, apiVersion, metadata } = properties
  const isText = (schema: Schema | undefined) => schema?.type === 'string'
  const names = metadata?.type === 'object' ? metadata.properties : undefined
  const isWhole =
    isText(kind) && isText(apiVersion) && isText(names?.['name']) && isText(names?.['generateName'])
  return isWhole ? properties : { ...properties, kind: TEXT, apiVersion: TEXT, metadata: METADATA }
}

/** The fewest bytes that a value takes in JSON; what has a default need not be sent. */
export function minBytes(schema: Schema): number {
  if (isIntOrString(schema)) return 1
  switch (schema.type) {
    case 'object': {
      if (valuesOf(schema)) return 2
      return (schema.required ?? []).reduce((sum, name) => {
        const property = schema.properties?.[name]
        if (!property || (property.default ?? null) !== null || !celTypeOf(property)) return sum
        return sum + Buffer.byteLength(name) + 4 + minBytes(property)
      }, 2)
    }
    case 'array':
      return 2
    case 'string':
      return TEXT_BYTES[schema.format ?? ''] ?? 2
    case 'boolean':
      return 4
    default:
      return 1
  }
}

const TEXT_BYTES: Readonly<Record<string, number>> = {
  duration: DURATION_MIN,
  date: DATE_BYTES,
  'date-time': DATE_TIME_MIN,
}

/** How often a value can be in one request at most, when no list or map above it is bounded. */
export function timesMax(schema: Schema): number {
  return Math.floor(REQUEST_BYTES_MAX / (minBytes(schema) + 1))
}
