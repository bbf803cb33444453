import { isObject, type JsonObject, withEntry, withoutEntry } from './values.ts'

/**
 * JSON merge patch (RFC 7386). Copies along the changed paths only: what stays is shared with
 * `target`, which is not changed.
 */
export function applyMergePatch(target: unknown, patch: unknown): unknown {
  if (!isObject(patch)) return patch
  let result: JsonObject = isObject(target) ? target : {}
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) result = Object.hasOwn(result, key) ? withoutEntry(result, key) : result
    else {
      const before = Object.hasOwn(result, key) ? result[key] : undefined
      result = withEntry(result, key, applyMergePatch(before, value))
    }
  }
  return result
}
