import { ObjectMeta } from '../meta/index.ts'
import { type FieldWords, ref, string, struct, type Struct } from '../schema/index.ts'
import { isEmbedded, preserves, type Schema } from '../structural/index.ts'

const API_VERSION =
  'APIVersion defines in which group and version of the API the object is written.'
const KIND = 'Kind is the name of the type, in CamelCase.'
const METADATA = "Standard object's metadata."
const REF = { v2: '#/definitions/', v3: '#/components/schemas/' } as const
const META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'

/** The type of a custom resource: what all objects have, with its schema for OpenAPI. */
export function customStruct(of: {
  group: string
  version: string
  kind: string
  schema: Schema
}): Struct<FieldWords> {
  const name = [...of.group.split('.').reverse(), of.version, of.kind].join('.')
  const words = {
    apiVersion: string(0, API_VERSION),
    kind: string(0, KIND),
    metadata: ref(1, ObjectMeta).always(),
  }
  const openApi = (document: 'v2' | 'v3') => documented(of.schema, document)
  return struct(name, of.schema.description ?? '', words, { openApi })
}

type Json = Record<string, unknown>

function documented(schema: Schema, document: 'v2' | 'v3'): Json {
  // Clients of version 2 would refuse what such a schema does not name: it is told as any object.
  if (document === 'v2' && preserves(schema)) return { type: 'object' }
  const published = document === 'v2' ? forV2(schema) : { ...schema }
  const metadata = { $ref: `${REF[document]}${META}` }
  return {
    ...published,
    type: 'object',
    properties: {
      ...(published['properties'] as Json | undefined),
      apiVersion: { type: 'string', description: API_VERSION },
      kind: { type: 'string', description: KIND },
      metadata: document === 'v3' ? { allOf: [metadata], description: METADATA } : metadata,
    },
  }
}

// What version 2 of OpenAPI cannot say is left out, and what clients of it would take wrongly.
function forV2(schema: Schema): Json {
  const { oneOf: _, anyOf: __, allOf: ___, not: ____, default: _____, nullable, ...rest } = schema
  const result: Json = { ...rest }
  if (nullable) {
    for (const key of ['type', 'items', 'properties', 'additionalProperties']) delete result[key]
    return result
  }
  if (preserves(schema) || isEmbedded(schema)) {
    for (const key of ['items', 'properties', 'additionalProperties']) delete result[key]
    // Nor can clients cope with a list without items, or an object that holds anything.
    if (preserves(schema)) delete result['type']
    return result
  }
  const { items, additionalProperties, properties, required } = rest
  if (items && !Array.isArray(items)) result['items'] = forV2(items)
  if (typeof additionalProperties === 'object') {
    result['additionalProperties'] = forV2(additionalProperties)
  }
  if (properties) {
    const entries = Object.entries(properties).map(([key, value]) => [key, forV2(value)] as const)
    result['properties'] = Object.fromEntries(entries)
    const needed = required?.filter((name) => !properties[name]?.nullable) ?? []
    if (needed.length > 0) result['required'] = needed
    else delete result['required']
  }
  return result
}
