import { isEmbedded, itemsOf, preserves, propertyOf, type Schema } from './node.ts'
import { child, isObject, type JsonObject } from './values.ts'

/** What every object of the API has, whether a schema says so or not. */
const ROOT_FIELDS = new Set(['apiVersion', 'kind', 'metadata'])

/**
 * Takes out of `value`, in place, what the schema does not know. Returns the paths of what went:
 * `spec.items[0].extra`. `isRoot`: the value is an object of the API itself.
 */
export function prune(
  schema: Schema,
  value: unknown,
  options: { isRoot: boolean },
): readonly string[] {
  const removed: string[] = []
  pruneAt(schema, value, { path: '', isRoot: options.isRoot, removed })
  return removed
}

interface Place {
  readonly path: string
  readonly isRoot: boolean
  /** Within a list that keeps what its schema does not know. */
  readonly isKept?: boolean
  readonly removed: string[]
}

function pruneAt(schema: Schema | undefined, value: unknown, place: Place): void {
  const { path } = place
  if (Array.isArray(value)) {
    const items = schema && itemsOf(schema)
    const isKept = place.isKept === true || (schema !== undefined && preserves(schema))
    // What a schema keeps is not looked at where the schema says no more of it.
    if (isKept && !items) return
    for (const [i, item] of value.entries()) {
      pruneAt(items, item, { ...place, path: `${path}[${i}]`, isRoot: false, isKept })
    }
    return
  }
  if (!isObject(value)) return
  for (const name of Object.keys(value).sort()) pruneField(schema, value, { name, place })
}

function pruneField(
  schema: Schema | undefined,
  value: JsonObject,
  { name, place }: { name: string; place: Place },
): void {
  const isRoot = place.isRoot || (schema !== undefined && isEmbedded(schema))
  if (isRoot && ROOT_FIELDS.has(name)) return
  const inner = child(place.path, name)
  const isKnown =
    schema !== undefined &&
    (Object.hasOwn(schema.properties ?? {}, name) || schema.additionalProperties !== undefined)
  if (isKnown) {
    // Of `additionalProperties: true` nothing is known: of an object, nothing stays.
    const below = schema && propertyOf(schema, name)
    pruneAt(below, value[name], { path: inner, isRoot: false, removed: place.removed })
  } else if (!place.isKept && (!schema || !preserves(schema))) {
    delete value[name]
    place.removed.push(inner)
  }
}
