import { decodeJson, JsonTypeError, toJsonValue } from '../codec/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import type { CustomShape, KubeObject } from '../schema/index.ts'
import {
  applyDefaults,
  child,
  dropNulls,
  isEmbedded,
  isObject,
  itemsOf,
  type JsonObject,
  propertyOf,
  prune,
  type Schema,
} from '../structural/index.ts'
import { malformedEmbedded } from './embedded.ts'

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
      const malformed = malformedEmbedded(schema, own)
      if (malformed) throw new JsonTypeError(`${malformed.field}: ${malformed.detail}`)
      coerceEmbedded(schema, own, { path: '', unknown })
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
function readMeta(value: unknown, unknown: string[], path = 'metadata'): ObjectMeta {
  const found: string[] = []
  const meta = decodeJson<ObjectMeta>(ObjectMeta, value ?? {}, { unknown: found })
  unknown.push(...found.map((text) => text.replace('"', `"${path}.`)))
  if (!meta.creationTimestamp) delete meta.creationTimestamp
  return meta
}

// The metadata of objects within the object is given the form that metadata has.
function coerceEmbedded(
  schema: Schema,
  value: unknown,
  { path, unknown }: { path: string; unknown: string[] },
): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (!items) return
    for (const [i, item] of value.entries()) {
      coerceEmbedded(items, item, { path: `${path}[${i}]`, unknown })
    }
    return
  }
  if (!isObject(value)) return
  if (isEmbedded(schema) && isObject(value['metadata'])) {
    const meta = readMeta(value['metadata'], unknown, child(path, 'metadata'))
    const written = toJsonValue(ObjectMeta, meta)
    if (written['creationTimestamp'] === null) delete written['creationTimestamp']
    value['metadata'] = written
  }
  for (const [name, inner] of Object.entries(value)) {
    const below = propertyOf(schema, name)
    if (below) coerceEmbedded(below, inner, { path: child(path, name), unknown })
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
