/** A deep copy of a JSON value: several times quicker than a structured clone. */
export function copyJson<T>(value: T): T
export function copyJson(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.map((item) => copyJson<unknown>(item))
  // Spread first: an entry of the name `__proto__` is then one's own, and assigned as such.
  const copy: Record<string, unknown> = { ...value }
  for (const key of Object.keys(copy)) {
    const entry = copy[key]
    if (typeof entry === 'object' && entry !== null) copy[key] = copyJson(entry)
  }
  return copy
}
