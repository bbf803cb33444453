import { goQuote } from '../go/index.ts'
import { GoText } from '../validation/index.ts'

/** A JSON object. */
export type JsonObject = Record<string, unknown>

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** What error messages call a JSON value. */
export function jsonType(value: unknown): string {
  if (value === null || value === undefined) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return isInt64(value) ? 'integer' : 'number'
  return typeof value
}

/** Whether a number is an integer to Go's JSON: what does not fit 64 bits is a float there. */
export function isInt64(value: number): boolean {
  return Number.isInteger(value) && Math.abs(value) < 2 ** 63
}

/** Deep equality of JSON values. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    if (!Array.isArray(b) || a.length !== b.length) return false
    return a.every((item, i) => sameJson(item, b[i]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

/** A child's path: `spec.size`, and `size` at the root. */
export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`
}

/** A number as Go's `%v` prints it. */
export function goFloat(value: number): string {
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)))
  if (exponent >= -4 && exponent < 6) return String(value)
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2')
}

/** A value as Go's `%v` prints decoded JSON: `map[a:[b c]]`. */
export function goPlain(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`
  if (typeof value === 'number') return isInt64(value) ? String(value) : goFloat(value)
  if (!isObject(value)) return String(value as string | boolean)
  const keys = Object.keys(value).sort()
  return `map[${keys.map((key) => `${key}:${goPlain(value[key])}`).join(' ')}]`
}

/** The type of decoded JSON as Go's `%T` prints it. */
export function goTypeName(value: unknown): string {
  if (value === null || value === undefined) return '<nil>'
  if (Array.isArray(value)) return '[]interface {}'
  if (typeof value === 'number') return isInt64(value) ? 'int64' : 'float64'
  if (typeof value === 'boolean') return 'bool'
  return isObject(value) ? 'map[string]interface {}' : 'string'
}

/** Sets an own property, whatever its name. */
export function setKey(object: JsonObject, key: string, value: unknown): void {
  if (key !== '__proto__') object[key] = value
  else {
    Object.defineProperty(object, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    })
  }
}

/** A value as Go's `%#v` prints decoded JSON: `map[string]interface {}{"id":"a"}`. */
export function goSyntax(value: unknown): string {
  if (value === null || value === undefined) return 'interface {}(nil)'
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`
  if (typeof value === 'string') return goQuote(value)
  if (typeof value === 'number' && !Number.isInteger(value)) return goFloat(value)
  if (!isObject(value)) return JSON.stringify(value)
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${goQuote(key)}:${goSyntax(value[key])}`)
  return `map[string]interface {}{${entries.join(', ')}}`
}

/** A value as error messages show it: scalars as they are, the rest in Go's syntax. */
export function goJson(value: unknown): unknown {
  if (typeof value === 'number' && !isInt64(value)) return new GoText(goFloat(value))
  return isObject(value) || Array.isArray(value) ? new GoText(goSyntax(value)) : value
}
