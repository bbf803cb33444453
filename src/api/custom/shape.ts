import { decodeJson, toJsonValue } from '../codec/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import type { CustomShape, KubeObject } from '../schema/index.ts'
import {
  applyDefaults,
  dropNulls,
  isEmbedded,
  isObject,
  itemsOf,
  type JsonObject,
  propertyOf,
  prune,
  type Schema,
} from '../structural/index.ts'

/** How objects of a custom resource are read and written. */
export function customShape(of: { kind: string; apiVersion: string; schema: Schema }): CustomShape {
  const { kind, apiVersion, schema } = of
  const isOwn = (object: KubeObject) => object.kind === kind && object.apiVersion === apiVersion
  return {
    schema,
    read(value, { unknown = [] } = {}) {
      const object: JsonObject = { ...value, metadata: readMeta(value['metadata'], unknown) }
      const own = { ...object, metadata: object['metadata'] } as JsonObject & KubeObject
      if (!isOwn(own)) return own
      dropNulls(schema, own)
      applyDefaults(schema, own)
      const removed = prune(schema, own, { isRoot: true })
      unknown.push(...removed.map((path) => `unknown field ${JSON.stringify(path)}`))
      coerceEmbedded(schema, own)
      return own
    },
    applyDefaults(object) {
      if (!isOwn(object)) return
      dropNulls(schema, object)
      applyDefaults(schema, object)
    },
    toJson: (object) => sortKeys({ ...object, metadata: toJsonValue(ObjectMeta, object.metadata) }),
  }
}

// Metadata is of one type in all kinds; what it does not know is dropped, as in fields of a spec.
function readMeta(value: unknown, unknown: string[]): ObjectMeta {
  const found: string[] = []
  const meta = decodeJson<ObjectMeta>(ObjectMeta, value ?? {}, { unknown: found })
  unknown.push(...found.map((text) => text.replace('"', '"metadata.')))
  if (!meta.creationTimestamp) delete meta.creationTimestamp
  return meta
}

// The metadata of objects within the object is given the form that metadata has.
function coerceEmbedded(schema: Schema, value: unknown): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (items) for (const item of value) coerceEmbedded(items, item)
    return
  }
  if (!isObject(value)) return
  if (isEmbedded(schema) && isObject(value['metadata'])) {
    value['metadata'] = toJsonValue(ObjectMeta, readMeta(value['metadata'], []))
  }
  for (const [name, inner] of Object.entries(value)) {
    const below = propertyOf(schema, name)
    if (below) coerceEmbedded(below, inner)
  }
}

// Go writes the keys of maps sorted, and custom objects are nothing but maps there.
function sortKeys(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortKeys)
  if (!isObject(value)) return value
  const entries = Object.keys(value)
    .sort()
    .flatMap((key) => (value[key] === undefined ? [] : [[key, sortKeys(value[key])] as const]))
  return Object.fromEntries(entries)
}
