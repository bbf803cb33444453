import type { FieldDefinition, FieldType, FieldWords, Struct } from '../schema/index.ts'
import { type Dialect, GVK, type GroupVersionKind, type Json } from './dialect.ts'

const QUANTITY = 'io.k8s.apimachinery.pkg.api.resource.Quantity'
const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'
const TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.Time'
const MICRO_TIME = 'io.k8s.apimachinery.pkg.apis.meta.v1.MicroTime'
const JSON_VALUE = 'io.k8s.apiextensions-apiserver.pkg.apis.apiextensions.v1.JSON'
const RAW = 'io.k8s.apimachinery.pkg.runtime.RawExtension'
const FIELDS_V1 = 'io.k8s.apimachinery.pkg.apis.meta.v1.FieldsV1'

/** Types that are no structs in JSON, but have names of their own. */
function wellKnown(dialect: Dialect): Record<string, Json> {
  const isV3 = dialect.name === 'v3'
  return {
    [QUANTITY]: {
      description: 'An amount of a resource: a number with an SI suffix such as `500m` or `1Gi`.',
      ...(isV3 ? { oneOf: [{ type: 'string' }, { type: 'number' }] } : { type: 'string' }),
    },
    [INT_OR_STRING]: {
      description: 'A number, or a text such as a name or a percentage.',
      ...(isV3 ? { oneOf: [{ type: 'integer' }, { type: 'string' }] } : { type: 'string' }),
      format: 'int-or-string',
    },
    [TIME]: {
      description: 'A moment as RFC 3339 writes it, in seconds.',
      type: 'string',
      format: 'date-time',
    },
    [MICRO_TIME]: {
      description: 'A moment as RFC 3339 writes it, in microseconds.',
      type: 'string',
      format: 'date-time',
    },
    [JSON_VALUE]: { description: 'Any JSON value.' },
    [RAW]: { description: 'Any object, not looked into.', type: 'object' },
    [FIELDS_V1]: { description: 'A set of fields, as a tree of their names.', type: 'object' },
  }
}

const REFS: Readonly<Record<string, string>> = {
  quantity: QUANTITY,
  intOrString: INT_OR_STRING,
  time: TIME,
  microTime: MICRO_TIME,
  raw: RAW,
  json: JSON_VALUE,
  fieldsV1: FIELDS_V1,
}

const SCALARS: Readonly<Record<string, Json>> = {
  string: { type: 'string' },
  boolean: { type: 'boolean' },
  int32: { type: 'integer', format: 'int32' },
  int64: { type: 'integer', format: 'int64' },
  double: { type: 'number', format: 'double' },
  bytes: { type: 'string', format: 'byte' },
}

// Upstream tells no types of these, for a schema could not.
const EITHER_DOC = {
  list: 'A schema, or a list of them.',
  boolean: 'A schema, or whether anything is allowed.',
  strings: 'A schema, or a list of names.',
} as const

/** Zeros that readers may assume of elements and required fields (v3 tells them). */
const DEFAULTS: Readonly<Record<string, unknown>> = {
  string: '',
  boolean: false,
  int32: 0,
  int64: 0,
  double: 0,
}

/** The schemas of types and of all that they hold, by name. */
export function schemasOf(
  dialect: Dialect,
  structs: readonly Struct<FieldWords>[],
  kinds: ReadonlyMap<string, readonly GroupVersionKind[]>,
): Record<string, Json> {
  const found = new Map<string, Json>()
  const named = wellKnown(dialect)
  const visitType = (type: FieldType): void => {
    if (type.kind === 'struct') visit(type.struct())
    else if (type.kind === 'either') {
      found.set(type.name, { description: EITHER_DOC[type.other] })
      visit(type.struct())
    } else if (type.kind === 'list') visitType(type.item)
    else if (type.kind === 'map') visitType(type.value)
    else {
      const name = REFS[type.kind]
      const schema = name === undefined ? undefined : named[name]
      if (name !== undefined && schema !== undefined) found.set(name, schema)
    }
  }
  const visit = (struct: Struct<FieldWords>): void => {
    if (found.has(struct.name)) return
    found.set(struct.name, schemaOf(dialect, struct, kinds.get(struct.name)))
    for (const { type } of Object.values(struct.fields)) visitType(type)
  }
  for (const struct of structs) visit(struct)
  return Object.fromEntries([...found].sort(([a], [b]) => (a < b ? -1 : 1)))
}

function schemaOf(
  dialect: Dialect,
  struct: Struct<FieldWords>,
  kinds: readonly GroupVersionKind[] | undefined,
): Json {
  const own = struct.openApi?.(dialect.name)
  if (own) return { ...own, ...(kinds && { [GVK]: kinds }) }
  const entries = Object.entries(struct.fields)
  const required = entries.filter(([, field]) => field.required).map(([name]) => name)
  return {
    ...(struct.doc !== '' && { description: struct.doc }),
    ...(required.length > 0 && { required: required.sort() }),
    type: 'object',
    properties: Object.fromEntries(
      entries
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, field]) => [name, fieldSchema(dialect, field)]),
    ),
    ...(kinds && { [GVK]: kinds }),
    ...(struct.mapType && { 'x-kubernetes-map-type': struct.mapType }),
  }
}

function fieldSchema(dialect: Dialect, field: FieldDefinition): Json {
  const { type, doc, listType, listMapKeys, mapType, patchStrategy, patchMergeKey } = field
  const zero = dialect.name === 'v3' && field.required ? DEFAULTS[type.kind] : undefined
  return {
    ...(doc !== '' && { description: doc }),
    ...described(dialect, typeSchema(dialect, type), type, field.always),
    ...(zero !== undefined && { default: zero }),
    ...(listMapKeys && { 'x-kubernetes-list-map-keys': listMapKeys }),
    ...(listType && { 'x-kubernetes-list-type': listType }),
    ...(mapType && { 'x-kubernetes-map-type': mapType }),
    ...(patchMergeKey && { 'x-kubernetes-patch-merge-key': patchMergeKey }),
    ...(patchStrategy && { 'x-kubernetes-patch-strategy': patchStrategy }),
  }
}

/** In v3 nothing may stand beside a `$ref`: it goes into `allOf`. */
function described(dialect: Dialect, schema: Json, type: FieldType, always: boolean): Json {
  if (dialect.name === 'v2' || !('$ref' in schema)) return schema
  return { allOf: [schema], ...(always && type.kind === 'struct' && { default: {} }) }
}

function typeSchema(dialect: Dialect, type: FieldType): Json {
  switch (type.kind) {
    case 'struct':
      return { $ref: dialect.refPrefix + type.struct().name }
    case 'either':
      return { $ref: dialect.refPrefix + type.name }
    case 'list':
      return { type: 'array', items: element(dialect, type.item) }
    case 'map':
      return { type: 'object', additionalProperties: element(dialect, type.value) }
    default: {
      const name = REFS[type.kind]
      return name === undefined ? { ...SCALARS[type.kind] } : { $ref: dialect.refPrefix + name }
    }
  }
}

function element(dialect: Dialect, type: FieldType): Json {
  const schema = typeSchema(dialect, type)
  if (dialect.name === 'v2') return schema
  if (type.kind === 'struct') return { allOf: [schema], default: {} }
  const zero = DEFAULTS[type.kind]
  return zero === undefined ? schema : { ...schema, default: zero }
}
