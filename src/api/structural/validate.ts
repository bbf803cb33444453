import { compilePattern } from '../pattern/index.ts'
import { type FieldError } from '../schema/index.ts'
import { invalid, notSupported, required, tooLong, tooMany } from '../validation/index.ts'
import { isKnownFormat, isOfFormat } from './formats.ts'
import { isIntOrString, itemsOf, propertyOf, type Schema } from './node.ts'
import { correlate } from './ratchet.ts'
import {
  child,
  goFloat,
  goJson,
  isInt64,
  isObject,
  type JsonObject,
  jsonType,
  sameJson,
} from './values.ts'

/** Where a value stands, and what it was before an update. */
interface Place {
  readonly path: string
  /** The same field of the stored object: faults that were there before are let be (KEP-4008). */
  readonly old: unknown
  readonly hasOld: boolean
}

/**
 * Checks a value against a schema, with the texts that Kubernetes takes from go-openapi. With `old`
 * faults of parts that did not change are not told.
 */
export function validateSchema(
  schema: Schema,
  value: unknown,
  options: { path?: string; old?: unknown; base?: string } = {},
): FieldError[] {
  const { path = '', old, base } = options
  const place = { path, old, hasOld: old !== undefined }
  const errors = validateAt(schema, value, place)
  if (base === undefined) return errors
  // A value within another document: its own root has no name in the texts.
  return errors.map((error) => ({
    ...error,
    field: error.field === '' || error.field === NO_PATH ? base : `${base}.${error.field}`,
  }))
}

/** Go's text of a path that is nil: faults of the whole. */
export const NO_PATH = '<nil>'

function at(path: string): string {
  return path === '' ? NO_PATH : path
}

function validateAt(schema: Schema, value: unknown, place: Place): FieldError[] {
  if (place.hasOld && sameJson(value, place.old)) return []
  const errors = [...checkType(schema, value, place.path)]
  if (value === null || value === undefined) return [...errors, ...checkEnum(schema, value, place)]
  errors.push(...checkCombinations(schema, value, place))
  if (typeof value === 'string') errors.push(...checkString(schema, value, place.path))
  if (typeof value === 'number') errors.push(...checkNumber(schema, value, place.path))
  if (Array.isArray(value)) errors.push(...checkList(schema, value, place))
  errors.push(...checkEnum(schema, value, place))
  if (isObject(value)) errors.push(...checkObject(schema, value, place))
  return errors
}

function typesOf(schema: Schema): string[] {
  if (isIntOrString(schema)) return ['integer', 'string']
  return schema.type ? [schema.type] : []
}

/** `spec.size in body must be of type integer: "string"` */
function typeError(path: string, wanted: string, given: string): FieldError {
  const detail = `${path} in body must be of type ${wanted}: ${JSON.stringify(given)}`
  return { ...invalid(at(path), given, detail), type: 'FieldValueTypeInvalid' }
}

function checkType(schema: Schema, value: unknown, path: string): FieldError[] {
  const types = typesOf(schema)
  if (types.length === 0) return []
  const given = jsonType(value)
  const { format } = schema
  if (isKnownFormat(format) && given !== 'null') {
    // Upstream calls by a format what is no text, and lets lists be.
    if (given === 'string' || given === 'array') return []
    if (!types.includes(given)) return [typeError(path, format, NUMBERS[given] ?? '')]
  }
  if (given === 'null') return schema.nullable ? [] : [typeError(path, types.join(','), 'null')]
  if (types.includes(given)) return []
  if (given === 'integer' && types.includes('number')) return []
  if (given === 'number' && types.includes('integer') && isWhole(value as number)) return []
  return [typeError(path, types.join(','), given)]
}

/** Formats of numbers, as upstream finds them. */
const NUMBERS: Readonly<Record<string, string>> = { integer: 'int64', number: 'float64' }

function checkEnum(schema: Schema, value: unknown, { path }: Place): FieldError[] {
  const allowed = schema.enum
  if (!allowed || allowed.length === 0) return []
  if (value !== null && allowed.some((other) => sameAsEnum(other, value))) return []
  const texts = allowed.map((v) => (typeof v === 'string' ? v : JSON.stringify(v)))
  return [notSupported(at(path), goJson(value), texts)]
}

// Numbers are made of one type before they are compared: 1.5 is as good as 1.
function sameAsEnum(allowed: unknown, value: unknown): boolean {
  if (typeof allowed !== 'number' || typeof value !== 'number') return sameJson(allowed, value)
  return allowed === value || (isInt64(allowed) && Math.trunc(value) === allowed)
}

function checkString(schema: Schema, value: string, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { maxLength, minLength, pattern, format } = schema
  const length = Array.from(value).length
  if (maxLength !== undefined && length > maxLength) errors.push(tooLong(at(path), maxLength))
  if (minLength !== undefined && length < minLength) {
    const detail = `${path} in body should be at least ${minLength} chars long`
    errors.push(invalid(at(path), value, detail))
  }
  const compiled = pattern ? compilePattern(pattern) : undefined
  if (compiled !== undefined && (typeof compiled === 'string' || !compiled.test(value))) {
    errors.push(invalid(at(path), value, `${path} in body should match '${pattern}'`))
  }
  // As upstream: of the first fault only, and formats by themselves.
  const first = errors.slice(0, 1)
  if (format && !isOfFormat(value, format)) {
    const detail = `${path} in body must be of type ${format}: ${JSON.stringify(value)}`
    first.push({ ...invalid(at(path), value, detail), type: 'FieldValueTypeInvalid' })
  }
  return first
}

function checkNumber(schema: Schema, value: number, path: string): FieldError[] {
  const errors: FieldError[] = []
  const fault = (text: string) => errors.push(invalid(at(path), goJson(value), text))
  const { multipleOf, maximum, minimum, exclusiveMaximum, exclusiveMinimum } = schema
  // Integers are compared with what is left of the bounds as integers.
  const isInt = isInt64(value)
  const bound = (of: number) => (isInt ? Math.trunc(of) : of)
  const text = (of: number) => (isInt ? String(Math.trunc(of)) : goFloat(of))
  if (multipleOf !== undefined) {
    const factor = bound(multipleOf)
    if (factor <= 0) {
      const why = `factor MultipleOf declared for ${path} must be positive: ${text(multipleOf)}`
      errors.push(invalid(at(path), goJson(factor), why))
    } else if (!isMultiple(value, factor)) {
      fault(`${path} in body should be a multiple of ${text(multipleOf)}`)
    }
  }
  if (minimum !== undefined) {
    const least = bound(minimum)
    if (exclusiveMinimum && value <= least) {
      fault(`${path} in body should be greater than ${text(minimum)}`)
    } else if (value < least) {
      fault(`${path} in body should be greater than or equal to ${text(minimum)}`)
    }
  }
  if (maximum !== undefined) {
    const most = bound(maximum)
    if (exclusiveMaximum && value >= most) {
      fault(`${path} in body should be less than ${text(maximum)}`)
    } else if (value > most) {
      fault(`${path} in body should be less than or equal to ${text(maximum)}`)
    }
  }
  return errors
}

function isMultiple(value: number, factor: number): boolean {
  if (isInt64(value)) return value % factor === 0
  return isWhole(factor < 1 ? (1 / factor) * value : value / factor)
}

/** Share by which a float may miss an integer. */
const EPSILON = 1e-9

/** Whether a float is an integer that JavaScript can tell from the next one, or almost one. */
function isWhole(value: number): boolean {
  if (!Number.isFinite(value) || Math.abs(value) > Number.MAX_SAFE_INTEGER) return false
  const near = Math.trunc(value)
  if (near === value) return true
  const sum = Math.abs(value) + Math.abs(near)
  return near !== 0 && Math.abs(value - near) / sum < EPSILON
}

function checkList(schema: Schema, value: readonly unknown[], place: Place): FieldError[] {
  const { path } = place
  const errors: FieldError[] = []
  const items = itemsOf(schema)
  const old = Array.isArray(place.old) ? correlate(schema, value, place.old) : undefined
  if (items) {
    for (const [i, item] of value.entries()) {
      const before = old?.[i]
      const inner = { path: `${path}[${i}]`, old: before, hasOld: before !== undefined }
      errors.push(...validateAt(items, item, inner))
    }
  }
  const { minItems, maxItems, uniqueItems } = schema
  if (minItems !== undefined && value.length < minItems) {
    const detail = `${path} in body should have at least ${minItems} items`
    errors.push(invalid(at(path), value.length, detail))
  }
  if (maxItems !== undefined && value.length > maxItems) {
    errors.push(tooMany(at(path), value.length, maxItems))
  }
  if (uniqueItems && value.some((item, i) => value.slice(0, i).some((o) => sameJson(o, item)))) {
    errors.push(invalid(at(path), '', `${path} in body shouldn't contain duplicates`))
  }
  return errors
}

function checkObject(schema: Schema, value: JsonObject, place: Place): FieldError[] {
  const { path } = place
  const errors: FieldError[] = []
  const names = Object.keys(value).sort()
  const { minProperties, maxProperties } = schema
  if (minProperties !== undefined && names.length < minProperties) {
    const detail = `${path} in body should have at least ${minProperties} properties`
    errors.push(invalid(at(path), names.length, detail))
  }
  if (maxProperties !== undefined && names.length > maxProperties) {
    errors.push(tooMany(at(path), names.length, maxProperties))
  }
  for (const name of schema.required ?? []) {
    if (!Object.hasOwn(value, name)) errors.push(required(child(path, name)))
  }
  const old = isObject(place.old) ? place.old : undefined
  for (const name of names) {
    const below = propertyOf(schema, name)
    if (!below) continue
    const hasOld = old !== undefined && Object.hasOwn(old, name)
    const inner = { path: child(path, name), old: hasOld ? old[name] : undefined, hasOld }
    errors.push(...validateAt(below, value[name], inner))
  }
  return errors
}

/** `allOf`, `anyOf`, `oneOf` and `not`. Their faults have no path of their own upstream. */
function checkCombinations(schema: Schema, value: unknown, place: Place): FieldError[] {
  const errors: FieldError[] = []
  const name = JSON.stringify(place.path)
  const whole = (text: string) => errors.push(invalid(NO_PATH, '', `${name} ${text}`))
  const results = (of: readonly Schema[]) => of.map((other) => validateAt(other, value, place))
  const { anyOf = [], oneOf = [], allOf = [], not } = schema
  if (anyOf.length > 0) {
    const all = results(anyOf)
    if (all.every((found) => found.length > 0)) {
      whole('must validate at least one schema (anyOf)')
      errors.push(...bestOf(all))
    }
  }
  if (oneOf.length > 0) {
    const all = results(oneOf)
    const valid = all.filter((found) => found.length === 0).length
    if (valid === 0) {
      whole('must validate one and only one schema (oneOf). Found none valid')
      errors.push(...bestOf(all))
    } else if (valid > 1) {
      const found = `Found ${valid} valid alternatives`
      whole(`must validate one and only one schema (oneOf). ${found}`)
    }
  }
  if (allOf.length > 0) {
    const all = results(allOf)
    const valid = all.filter((found) => found.length === 0).length
    errors.push(...all.flat())
    if (valid < allOf.length) {
      const found = valid === 0 ? '. None validated' : ''
      whole(`must validate all the schemas (allOf)${found}`)
    }
  }
  if (not && validateAt(not, value, place).length === 0) whole('must not validate the schema (not)')
  return errors
}

function bestOf(results: readonly FieldError[][]): FieldError[] {
  return results.reduce((best, next) => (next.length < best.length ? next : best))
}
