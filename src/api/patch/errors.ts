/** A patch that cannot be applied to what is there; the message is upstream's. */
export class PatchError extends Error {
  override readonly name = 'PatchError'
}

/** A value as Go's `%v` prints it: `map[name:z image:[a b]]`, keys sorted. */
export function goText(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`
  if (typeof value !== 'object') return String(value as string | number | boolean)
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `map[${entries.map(([k, v]) => `${k}:${goText(v)}`).join(' ')}]`
}
