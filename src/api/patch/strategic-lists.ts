import { DIRECTIVE, withoutDirectives } from './directives.ts'
import { goText, PatchError } from './errors.ts'
import { isObject, type JsonObject } from './values.ts'

type Items = readonly unknown[]

/** How the items of a list are told apart, and merged. */
export interface ItemMerge {
  /** Empty for lists of scalars. */
  readonly mergeKey: string
  /** Of the items' type, for messages. */
  readonly typeName: string
  readonly merge: (before: JsonObject, change: JsonObject) => JsonObject
}

/** Merges a list with merge strategy: scalars as a set, objects by their merge key. */
export function mergeList(before: Items, patch: Items, by: ItemMerge): Items {
  const { mergeKey, typeName } = by
  if (before.length === 0 && patch.length === 0) return before
  const first = before[0] ?? patch[0]
  if (!isObject(first)) {
    const merged = [...new Set([...before, ...patch])]
    return orderItems(merged, { order: patch, server: before, mergeKey: '' })
  }
  if (mergeKey === '') {
    throw new PatchError(`cannot merge lists without merge key for ${typeName}`)
  }
  const { rest, changes } = applyDirectives(before, patch, mergeKey)
  const merged = mergeItems(rest, changes, by)
  return orderItems(merged, { order: changes, server: rest, mergeKey })
}

/** Carries out `$patch: delete` and `$patch: replace`; gives back what is left of both lists. */
function applyDirectives(
  before: Items,
  patch: Items,
  mergeKey: string,
): { rest: Items; changes: readonly JsonObject[] } {
  let rest = before
  let replaces = false
  const changes: JsonObject[] = []
  for (const item of patch) {
    if (!isObject(item)) {
      const lists = goText([before, patch])
      throw new PatchError(`list element types are not identical: ${lists}`)
    }
    const directive = item[DIRECTIVE]
    if (directive === undefined) changes.push(item)
    else if (directive === 'replace') replaces = true
    else if (directive === 'merge') {
      throw new PatchError('merging lists cannot yet be specified in the patch')
    } else if (directive === 'delete') {
      const id = keyIn(item, mergeKey)
      rest = rest.filter((other) => !isObject(other) || other[mergeKey] !== id)
    } else {
      throw new PatchError(`unknown patch type: ${goText(directive)} in map: ${goText(item)}`)
    }
  }
  return replaces ? { rest: changes, changes: [] } : { rest, changes }
}

function keyIn(item: JsonObject, mergeKey: string): unknown {
  if (mergeKey in item) return item[mergeKey]
  const text = `map: ${goText(item)} does not contain declared merge key: ${mergeKey}`
  throw new PatchError(text)
}

function mergeItems(
  before: Items,
  changes: readonly JsonObject[],
  { mergeKey, merge }: ItemMerge,
): Items {
  const merged = [...before]
  for (const change of changes) {
    const id = keyIn(change, mergeKey)
    const at = merged.findIndex((item) => isObject(item) && item[mergeKey] === id)
    const found = merged[at]
    if (isObject(found)) merged[at] = merge(found, change)
    else merged.push(withoutDirectives(change))
  }
  return merged
}

/**
 * Puts a merged list into order: what the patch names in the patch's order, the rest in the
 * server's, and the two interleaved as the server had them.
 */
export function orderItems(
  merged: Items,
  { order, server, mergeKey }: { order: Items; server: Items; mergeKey: string },
): Items {
  const idOf = (item: unknown) => (mergeKey !== '' && isObject(item) ? item[mergeKey] : item)
  const orderIds = order.map(idOf)
  const serverIds = server.map(idOf)
  const position = (ids: readonly unknown[], item: unknown) => ids.indexOf(idOf(item))
  const named = merged.filter((item) => position(orderIds, item) >= 0)
  const others = merged.filter((item) => position(orderIds, item) < 0)
  named.sort((a, b) => position(orderIds, a) - position(orderIds, b))
  const result: unknown[] = []
  while (named.length > 0 && others.length > 0) {
    const [left, right] = [position(serverIds, others[0]), position(serverIds, named[0])]
    const otherFirst = left >= 0 && right >= 0 && left < right
    result.push(otherFirst ? others.shift() : named.shift())
  }
  return [...result, ...named, ...others]
}
