import { isEmbedded, itemsOf, preserves, propertyOf, type Schema, valuesOf } from './node.ts'
import { child, isObject } from './values.ts'

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
  readonly removed: string[]
}

function pruneAt(schema: Schema, value: unknown, place: Place): void {
  const { path, removed } = place
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (!items) return
    for (const [i, item] of value.entries()) {
      pruneAt(items, item, { path: `${path}[${i}]`, isRoot: isEmbedded(items), removed })
    }
    return
  }
  if (!isObject(value)) return
  const isRoot = place.isRoot || isEmbedded(schema)
  for (const name of Object.keys(value).sort()) {
    if (isRoot && ROOT_FIELDS.has(name)) continue
    const below = propertyOf(schema, name)
    const inner = child(path, name)
    if (below) {
      pruneAt(below, value[name], { path: inner, isRoot: isEmbedded(below), removed })
    } else if (!preserves(schema) && !allowsAnything(schema)) {
      delete value[name]
      removed.push(inner)
    }
  }
}

// `additionalProperties: true`: values of any kind, looked at no further.
function allowsAnything(schema: Schema): boolean {
  return schema.additionalProperties === true && !valuesOf(schema)
}
