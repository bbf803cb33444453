/**
 * Semantic equality of decoded API values (apimachinery `equality.Semantic`): absent, null and an
 * empty list are the same. An empty object is a value: decoding has left out empty maps already.
 */
export function semanticEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (isEmpty(a) || isEmpty(b)) return isEmpty(a) && isEmpty(b)
  if (typeof a !== 'object' || typeof b !== 'object') return false
  if (Array.isArray(a) || Array.isArray(b)) return equalLists(a, b)
  return equalObjects(toRecord(a), toRecord(b))
}

function toRecord(value: unknown): Record<string, unknown> {
  return { ...(value as Record<string, unknown>) }
}

function isEmpty(value: unknown): boolean {
  if (value === undefined || value === null) return true
  return Array.isArray(value) && value.length === 0
}

function equalLists(a: unknown, b: unknown): boolean {
  if (!Array.isArray(a) || !Array.isArray(b) || a.length !== b.length) return false
  return a.every((item, i) => semanticEqual(item, b[i]))
}

function equalObjects(a: Record<string, unknown>, b: Record<string, unknown>): boolean {
  for (const key of Object.keys(a)) if (!semanticEqual(a[key], b[key])) return false
  for (const key of Object.keys(b)) if (!(key in a) && !isEmpty(b[key])) return false
  return true
}
