import { StatusError } from '../../base/index.ts'
import { goQuote } from '../go/index.ts'
import { type FieldError, type FieldErrorType, toCauses } from '../schema/index.ts'

const WORDS: Readonly<Record<FieldErrorType, string>> = {
  FieldValueRequired: 'Required value',
  FieldValueInvalid: 'Invalid value',
  FieldValueNotSupported: 'Unsupported value',
  FieldValueForbidden: 'Forbidden',
  FieldValueDuplicate: 'Duplicate value',
  FieldValueNotFound: 'Not found',
  FieldValueTooLong: 'Too long',
  FieldValueTooMany: 'Too many',
  FieldValueTypeInvalid: 'Invalid value',
  InternalError: 'Internal error',
}

/** A value's text in Go's `%#v`, for error messages that quote lists, maps and structs. */
export class GoText {
  readonly text: string
  constructor(text: string) {
    this.text = text
  }
}

/** `[]string{"a", "b"}`, or of another string type. */
export function goStrings(values: readonly string[] | undefined, type = 'string'): GoText {
  if (values === undefined) return new GoText(`[]${type}(nil)`)
  return new GoText(`[]${type}{${values.map((v) => goQuote(v)).join(', ')}}`)
}

/** `map[string]string{"a":"b"}`, keys sorted as Go prints them. */
export function goStringMap(values: Readonly<Record<string, string>> | undefined): GoText {
  if (values === undefined) return new GoText('map[string]string(nil)')
  const entries = Object.keys(values)
    .sort()
    .map((key) => `${goQuote(key)}:${goQuote(values[key] ?? '')}`)
  return new GoText(`map[string]string{${entries.join(', ')}}`)
}

/** `intstr.IntOrString{Type:1, IntVal:0, StrVal:"10%"}` */
export function goIntOrString(value: number | string): GoText {
  const [type, int, text] = typeof value === 'number' ? [0, value, ''] : [1, 0, value]
  return new GoText(`intstr.IntOrString{Type:${type}, IntVal:${int}, StrVal:${goQuote(text)}}`)
}

function show(value: unknown): string {
  if (value instanceof GoText) return value.text
  // Upstream puts the word in place of what is nil, and quotes it as any text.
  if (value === undefined || value === null) return '"null"'
  return typeof value === 'string' ? goQuote(value) : JSON.stringify(value)
}

function make(type: FieldErrorType, field: string, head: string, detail = ''): FieldError {
  return { type, field, detail: detail === '' ? head : `${head}: ${detail}` }
}

/** `Invalid value: <value>: <detail>` */
export function invalid(field: string, value: unknown, detail: string): FieldError {
  const type = 'FieldValueInvalid'
  return make(type, field, `${WORDS[type]}: ${show(value)}`, detail)
}

/** `Invalid value: <detail>`, where no one value is at fault. */
export function invalidWhole(field: string, detail: string): FieldError {
  return make('FieldValueInvalid', field, WORDS.FieldValueInvalid, detail)
}

/** `Required value[: <detail>]` */
export function required(field: string, detail = ''): FieldError {
  return make('FieldValueRequired', field, WORDS.FieldValueRequired, detail)
}

/** `Unsupported value: <value>[: supported values: "A", "B"]`, the values in the order given. */
export function notSupported(
  field: string,
  value: unknown,
  supported: readonly string[] = [],
): FieldError {
  const type = 'FieldValueNotSupported'
  const names = supported.map((name) => goQuote(name)).join(', ')
  const detail = supported.length > 0 ? `supported values: ${names}` : ''
  return make(type, field, `${WORDS[type]}: ${show(value)}`, detail)
}

/** `Forbidden[: <detail>]` */
export function forbidden(field: string, detail = ''): FieldError {
  return make('FieldValueForbidden', field, WORDS.FieldValueForbidden, detail)
}

/** `Duplicate value: <value>` */
export function duplicate(field: string, value: unknown): FieldError {
  const type = 'FieldValueDuplicate'
  return make(type, field, `${WORDS[type]}: ${show(value)}`)
}

/** `Not found: <value>` */
export function notFoundField(field: string, value: unknown): FieldError {
  const type = 'FieldValueNotFound'
  return make(type, field, `${WORDS[type]}: ${show(value)}`)
}

/** `Too long: may not be more than <max> bytes` */
export function tooLong(field: string, maxBytes: number): FieldError {
  const detail = `may not be more than ${maxBytes} bytes`
  return make('FieldValueTooLong', field, WORDS.FieldValueTooLong, detail)
}

/** `Too many: <actual>: must have at most <max> items` */
export function tooMany(field: string, actual: number, max: number): FieldError {
  const type = 'FieldValueTooMany'
  const detail = `must have at most ${max} ${max === 1 ? 'item' : 'items'}`
  return make(type, field, `${WORDS[type]}: ${actual}`, detail)
}

/** `Internal error: <detail>` */
export function internalFieldError(field: string, detail: string): FieldError {
  return make('InternalError', field, WORDS.InternalError, detail)
}

/** All faults in one sentence, as an aggregate of Go errors prints: each text once. */
export function describeErrors(errors: readonly FieldError[]): string {
  const texts = [...new Set(errors.map((e) => `${e.field}: ${e.detail}`))]
  return texts.length === 1 ? (texts[0] ?? '') : `[${texts.join(', ')}]`
}

/** The API failure `422 Invalid` of an object: `Deployment.apps "web" is invalid: …`. */
export function invalidObject(
  kind: { group: string; kind: string },
  name: string,
  errors: readonly FieldError[],
): StatusError {
  const full = kind.group === '' ? kind.kind : `${kind.kind}.${kind.group}`
  const details = {
    ...(name !== '' && { name }),
    ...(kind.group !== '' && { group: kind.group }),
    ...(kind.kind !== '' && { kind: kind.kind }),
    causes: toCauses(errors),
  }
  const message = `${full} ${goQuote(name)} is invalid: ${describeErrors(errors)}`
  return new StatusError(422, 'Invalid', message, { details })
}
