const ESCAPED = /[<>&\u2028\u2029]/g

/**
 * JSON as Go's `encoding/json` writes it, fit for HTML. Clients in Go compare what they would write
 * with the bytes that stand here: a controller's revision with its set's template.
 */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(ESCAPED, escape)
}

function escape(c: string): string {
  return `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`
}
