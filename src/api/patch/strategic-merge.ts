import type { FieldDefinition, FieldType } from '../schema/index.ts'
import {
  DELETE_PREFIX,
  DIRECTIVE,
  ORDER_PREFIX,
  RETAIN_KEYS,
  type Schema,
  withoutDirectives,
} from './directives.ts'
import { goText, PatchError } from './errors.ts'
import { type ItemMerge, mergeList, orderItems } from './strategic-lists.ts'
import { isObject, type JsonObject, withEntry, withoutEntry } from './values.ts'

/**
 * Strategic merge patch: as a merge patch, but lists with a merge key are merged item by item, and
 * directives (`$patch`, `$retainKeys`, `$setElementOrder/…`, `$deleteFromPrimitiveList/…`) say
 * more. Copies along the changed paths only. Throws `PatchError` with upstream's text.
 */
export function applyStrategicMerge(
  struct: Schema,
  target: JsonObject,
  patch: JsonObject,
): JsonObject {
  return mergeObject(struct, target, patch)
}

function mergeObject(schema: Schema, target: JsonObject, patch: JsonObject): JsonObject {
  if (DIRECTIVE in patch) return directed(patch)
  let result = retainKeys(target, patch)
  const ordered = new Set<string>()
  for (const key of Object.keys(patch)) {
    if (!key.startsWith(ORDER_PREFIX)) continue
    const field = key.slice(ORDER_PREFIX.length)
    ordered.add(field)
    result = mergeOrdered(schema, { result, patch, field, order: patch[key] })
  }
  for (const [key, value] of Object.entries(patch)) {
    if (key.startsWith(ORDER_PREFIX) || key === RETAIN_KEYS || ordered.has(key)) continue
    result = mergeEntry(schema, result, key, value)
  }
  return result
}

/** `{ $patch: replace, … }` or `{ $patch: delete }` in the place of an object. */
function directed(patch: JsonObject): JsonObject {
  const { [DIRECTIVE]: directive, ...rest } = patch
  if (directive === 'replace') return rest
  if (directive === 'delete') return {}
  throw new PatchError(`unknown patch type: ${goText(directive)} in map: ${goText(patch)}`)
}

function retainKeys(target: JsonObject, patch: JsonObject): JsonObject {
  if (!(RETAIN_KEYS in patch)) return target
  const kept = patch[RETAIN_KEYS]
  if (!Array.isArray(kept)) throw new PatchError('invalid patch format of retainKeys')
  const names = new Set<unknown>(kept)
  for (const [key, value] of Object.entries(patch)) {
    if (value === null || key.startsWith('$') || names.has(key)) continue
    throw new PatchError('invalid patch format of retainKeys')
  }
  return Object.fromEntries(Object.entries(target).filter(([key]) => names.has(key)))
}

function mergeEntry(schema: Schema, target: JsonObject, key: string, value: unknown): JsonObject {
  if (key.startsWith(DELETE_PREFIX)) {
    return deletePrimitives(target, key.slice(DELETE_PREFIX.length), value)
  }
  if (value === null) return Object.hasOwn(target, key) ? withoutEntry(target, key) : target
  const before = Object.hasOwn(target, key) ? target[key] : undefined
  const merged = mergeValue(schema?.fields[key], before, value)
  return merged === undefined ? withoutEntry(target, key) : withEntry(target, key, merged)
}

/** Undefined when nothing remains: the patch was but a directive. */
function mergeValue(field: FieldDefinition | undefined, before: unknown, value: unknown): unknown {
  const strategy = field?.patchStrategy?.split(',')[0] === 'merge' ? 'merge' : 'replace'
  if (isObject(before) && isObject(value)) {
    return mergeObject(schemaOf(field?.type), before, value)
  }
  if (Array.isArray(before) && Array.isArray(value)) {
    if (strategy === 'replace') return value
    return mergeList(before, value, itemMergeOf(field))
  }
  return withoutDirectives(value)
}

function schemaOf(type: FieldType | undefined): Schema {
  return type?.kind === 'struct' ? type.struct() : undefined
}

/** How the items of a list are told apart, and merged. */
function itemMergeOf(field: FieldDefinition | undefined): ItemMerge {
  const schema = field?.type.kind === 'list' ? schemaOf(field.type.item) : undefined
  return {
    mergeKey: field?.patchMergeKey ?? '',
    typeName: schema?.name ?? '',
    merge: (before, change) => mergeObject(schema, before, change),
  }
}

function deletePrimitives(target: JsonObject, field: string, values: unknown): JsonObject {
  if (!Array.isArray(values)) throw new PatchError('invalid patch format of primitive list')
  const before = target[field]
  if (!Array.isArray(before)) return target
  const gone = new Set<unknown>(values)
  return withEntry(
    target,
    field,
    before.filter((item) => !gone.has(item)),
  )
}

/** A list whose order the patch gives whole, with the changes to it (if any) beside. */
function mergeOrdered(
  schema: Schema,
  {
    result,
    patch,
    field,
    order,
  }: {
    result: JsonObject
    patch: JsonObject
    field: string
    order: unknown
  },
): JsonObject {
  if (!Array.isArray(order)) {
    throw new PatchError('invalid patch format of setElementOrder list')
  }
  const definition = schema?.fields[field]
  const mergeKey = definition?.patchMergeKey ?? ''
  const before = result[field]
  const change = patch[field]
  if (change === null) return Object.hasOwn(result, field) ? withoutEntry(result, field) : result
  if (Array.isArray(change)) checkOrder(change, order, mergeKey)
  let merged: unknown = before
  if (Array.isArray(change)) {
    merged = Array.isArray(before)
      ? mergeList(before, change, itemMergeOf(definition))
      : withoutDirectives(change)
  }
  if (!Array.isArray(merged)) return result
  const server: readonly unknown[] = Array.isArray(before) ? before : []
  return withEntry(result, field, orderItems(merged, { order, server, mergeKey }))
}

/** What a patch changes must stand in the order that it gives. */
function checkOrder(change: readonly unknown[], order: readonly unknown[], mergeKey: string): void {
  const idOf = (item: unknown) => (mergeKey !== '' && isObject(item) ? item[mergeKey] : item)
  const rest = order.map(idOf)
  for (const item of change) {
    if (isObject(item) && DIRECTIVE in item) continue
    const at = rest.indexOf(idOf(item))
    if (at < 0) {
      throw new PatchError(
        `The order in patch list:\n${goText(change)}\n` +
          ` doesn't match $setElementOrder list:\n${goText(order)}\n`,
      )
    }
    rest.splice(0, at)
  }
}
