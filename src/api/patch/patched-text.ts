import { goJson } from '../go/json.ts'
import { isObject, type JsonObject } from './values.ts'

/**
 * The JSON text of a patched value as upstream's library writes it: objects on the way to what
 * changed have their keys sorted, everything else stands as it stood in `before`.
 */
export function patchedText(before: JsonObject, after: JsonObject): string {
  const kept = new Set<unknown>()
  const keep = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return
    kept.add(value)
    for (const item of Object.values(value)) keep(item)
  }
  for (const value of Object.values(before)) keep(value)
  const sort = (value: unknown): unknown => {
    if (kept.has(value)) return value
    if (Array.isArray(value)) return value.map(sort)
    if (!isObject(value)) return value
    const keys = Object.keys(value).sort()
    return Object.fromEntries(keys.map((key) => [key, sort(value[key])]))
  }
  return goJson(sort({ ...after }))
}
