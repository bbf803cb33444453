import { StatusError } from '../../base/index.ts'
import type { FieldWords, Struct } from '../schema/index.ts'
import { unwrapProtobuf } from './envelope.ts'
import { JsonTypeError } from './go-types.ts'
import { decodeJson } from './json-decode.ts'
import { addDuplicates, JsonSyntaxError, parseJson } from './json-text.ts'
import { decodeProto } from './proto-decode.ts'
import { ProtoError } from './proto-io.ts'
import { parseYaml, YamlSyntaxError } from './yaml-text.ts'

export type MediaType = 'json' | 'yaml' | 'protobuf'

/** A declared type under its name in the API. */
export interface ApiType {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly struct: Struct<FieldWords>
}

export interface DecodedBody<T> {
  /** Without `apiVersion` and `kind` as sent: they are set to those of the type. */
  readonly object: T
  /** `unknown field "spec.foo"`, `duplicate field "data.a"`, in order; empty unless asked for. */
  readonly strictErrors: readonly string[]
}

export interface DecodeOptions {
  /** Look for unknown and duplicate fields (fieldValidation Strict and Warn). Default false. */
  strict?: boolean
  /**
   * Which kinds exist at all: decides between two of upstream's messages. Default: none other.
   */
  isKnownKind?(apiVersion: string, kind: string): boolean
}

/**
 * Decodes the body of a request as the type that its URL stands for. A body without `kind` or
 * `apiVersion` is taken as that type. Throws `StatusError` 400 with upstream's message.
 */
export function decodeBody<T>(
  type: ApiType,
  body: Uint8Array,
  media: MediaType,
  options: DecodeOptions = {},
): DecodedBody<T> {
  const document = openBody(type, body, media)
  const expected = type.group === '' ? type.version : `${type.group}/${type.version}`
  const kind = document.kind || type.kind
  const apiVersion = document.apiVersion || expected
  const refuse = (why: string) => {
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
    const text = `${kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`
    return new StatusError(400, 'BadRequest', text)
  }
  if (kind !== type.kind || apiVersion !== expected) {
    const isKnown = options.isKnownKind?.(apiVersion, kind) ?? false
    throw refuse(kindFault(type, { apiVersion, kind, isKnown }))
  }
  const unknown: string[] = []
  const object = decodeOrRefuse<T>(document, type, unknown, refuse)
  const strictErrors = options.strict ? document.strictErrors(unknown) : []
  return { object: { ...object, kind: type.kind, apiVersion: expected }, strictErrors }
}

function decodeOrRefuse<T>(
  document: OpenDocument,
  type: ApiType,
  unknown: string[],
  refuse: (why: string) => Error,
): T {
  try {
    return document.decode<T>(type.struct, unknown)
  } catch (error) {
    if (error instanceof JsonTypeError || error instanceof ProtoError) throw refuse(error.message)
    throw error
  }
}

/** Why an object of some kind is none of `type`. `isKnown`: the server has the kind. */
export function kindFault(
  type: ApiType,
  given: { readonly apiVersion: string; readonly kind: string; readonly isKnown: boolean },
): string {
  const { apiVersion, kind, isKnown } = given
  return isKnown ? conversionFault(apiVersion, kind, type) : unknownKind(apiVersion, kind)
}

function conversionFault(apiVersion: string, kind: string, to: ApiType): string {
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
  const group = to.group === '' ? 'core' : to.group.split('.')[0]
  return `converting (${version}.${kind}) to (${group}.${to.kind}): unknown conversion`
}

function unknownKind(apiVersion: string, kind: string): string {
  const scheme = '"pkg/api/legacyscheme/scheme.go:30"'
  return `no kind "${kind}" is registered for version "${apiVersion}" in scheme ${scheme}`
}

interface OpenDocument {
  readonly apiVersion: string
  readonly kind: string
  /** The unknown fields that decoding found, and names that stand twice. */
  strictErrors(unknown: readonly string[]): string[]
  decode<T>(struct: Struct<FieldWords>, unknown: string[]): T
}

function openBody(type: ApiType, body: Uint8Array, media: MediaType): OpenDocument {
  try {
    if (media === 'protobuf') return openProtobuf(body)
    const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
    if (media === 'json') {
      const value = parseJson(text)
      return openValue(value, (unknown) => addDuplicates(text, value, unknown))
    }
    const { value, duplicates } = parseYaml(text)
    return openValue(value, (unknown) => [...duplicates, ...unknown])
  } catch (error) {
    const why = syntaxFault(error)
    if (why === undefined) throw error
    const message =
      `the object provided is unrecognized (must be of type ${type.kind}): ` +
      `${why} (${summarize(body)})`
    throw new StatusError(400, 'BadRequest', message, { cause: error })
  }
}

function syntaxFault(error: unknown): string | undefined {
  if (error instanceof JsonSyntaxError) {
    return `couldn't get version/kind; json parse error: ${error.message}`
  }
  if (error instanceof YamlSyntaxError || error instanceof ProtoError) return error.message
  if (error instanceof GroupVersionError) return error.message
  return undefined
}

function openProtobuf(body: Uint8Array): OpenDocument {
  const { apiVersion, kind, raw } = unwrapProtobuf(body)
  const decode = <T>(struct: Struct<FieldWords>) => decodeProto<T>(struct, raw)
  return { apiVersion, kind, strictErrors: (unknown) => [...unknown], decode }
}

// How Go prints the type into which upstream reads a body's version and kind.
const GO_TYPE_META =
  'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; ' +
  'Kind string "json:\\"kind,omitempty\\"" }'

function openValue(value: unknown, strictErrors: OpenDocument['strictErrors']): OpenDocument {
  if (typeof value !== 'object' || Array.isArray(value)) {
    const given = Array.isArray(value)
      ? 'array'
      : typeof value === 'boolean'
        ? 'bool'
        : typeof value
    throw new JsonSyntaxError(
      `json: cannot unmarshal ${given} into Go value of type ${GO_TYPE_META}`,
    )
  }
  const { apiVersion, kind } = typeOf(value ?? {})
  return {
    apiVersion,
    kind,
    strictErrors,
    decode: (struct, unknown) => decodeJson(struct, value, { unknown }),
  }
}

/** Throws for names of a type that are no strings, or have more than a group and a version. */
function typeOf(value: object): { apiVersion: string; kind: string } {
  const type = { apiVersion: '', kind: '' }
  for (const [name, found] of Object.entries(value)) {
    if ((name !== 'apiVersion' && name !== 'kind') || found === null) continue
    if (typeof found !== 'string') {
      const given = Array.isArray(found) ? 'array' : goKind(found)
      throw new JsonSyntaxError(
        `json: cannot unmarshal ${given} into Go struct field .${name} of type string`,
      )
    }
    type[name] = found
  }
  if (type.apiVersion.split('/').length > 2) {
    throw new GroupVersionError(`unexpected GroupVersion string: ${type.apiVersion}`)
  }
  return type
}

const goKind = (value: unknown) => (typeof value === 'boolean' ? 'bool' : typeof value)

class GroupVersionError extends Error {}

const SUMMARY_BYTES = 30

/** The beginning of a body in an error message: text if it looks like JSON, else hexadecimal. */
function summarize(body: Uint8Array): string {
  if (body.length === 0) return '<empty>'
  const head = Buffer.from(body.subarray(0, SUMMARY_BYTES))
  const text = head[0] === 0x7b ? head.toString('utf8') : head.toString('hex')
  return body.length > SUMMARY_BYTES ? `${text} ...` : text
}

/** The failure of a strict decoding: `strict decoding error: unknown field "foo"`. */
export function describeStrictErrors(errors: readonly string[]): string {
  const yaml = errors.filter((error) => error.startsWith('line '))
  const others = errors.filter((error) => !error.startsWith('line '))
  const first = yaml.length > 0 ? [`yaml: unmarshal errors:\n  ${yaml.join('\n  ')}`] : []
  return `strict decoding error: ${[...first, ...others].join(', ')}`
}

/**
 * Decodes an object that was stored: JSON, or protobuf as a kube-apiserver stores it. Throws when
 * it is neither: what was stored was checked before.
 */
export function decodeStored<T>(struct: Struct<FieldWords>, data: Uint8Array): T {
  if (data[0] !== 0x7b) {
    const { apiVersion, kind, raw } = unwrapProtobuf(data)
    return { ...decodeProto<T>(struct, raw), apiVersion, kind }
  }
  const text = Buffer.from(data.buffer, data.byteOffset, data.byteLength).toString('utf8')
  return decodeJson<T>(struct, JSON.parse(text))
}
