import { StatusError } from '../../base/index.ts'
import type { FieldWords, Struct } from '../schema/index.ts'
import { findDuplicates, JsonSyntaxError, parseJson, toJsonValue } from '../codec/index.ts'
import { goText, PatchError } from './errors.ts'
import { patchedText } from './patched-text.ts'
import { applyJsonPatch, type JsonPatchOperation } from './json-patch.ts'
import { applyMergePatch } from './merge-patch.ts'
import { applyStrategicMerge } from './strategic-merge.ts'
import { isObject, type JsonObject } from './values.ts'

/** The kinds of patch by media type, without `application/` and the format's suffix. */
export type PatchKind = 'json' | 'merge' | 'strategic'

const KINDS: Readonly<Record<string, PatchKind>> = {
  'application/json-patch+json': 'json',
  'application/merge-patch+json': 'merge',
  'application/strategic-merge-patch+json': 'strategic',
}

/** The kind of a `content-type`, undefined when it is none of the three, letter by letter. */
export function patchKindOf(contentType: string): PatchKind | undefined {
  return KINDS[contentType.split(';')[0]?.trim() ?? '']
}

// What upstream accepts at most in one JSON patch.
const MAX_OPERATIONS = 10_000

export interface Refusal {
  readonly value: string
  readonly why: string
}

/** A patch that was read and can be applied, also again after a conflict. */
export interface ParsedPatch {
  readonly kind: PatchKind
  /** What strict reading finds in the patch itself: names that stand twice, steps' unknown fields. */
  readonly faults: readonly string[]
  /** What upstream quotes when the patched value is none of its kind: of what, and why. */
  refusal(struct: Struct<FieldWords>, current: JsonObject, why: string): Refusal
  /** The patched JSON value; `current` is not changed. Throws `StatusError`. */
  apply(struct: Struct<FieldWords>, current: JsonObject): JsonObject
}

/** Reads a patch; throws `StatusError` 400 when the body is none. */
export function parsePatch(kind: PatchKind, body: Uint8Array): ParsedPatch {
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('utf8')
  const value = readPatch(kind, text)
  if (kind === 'json') return parseJsonPatch(value)
  if (value === null && kind === 'merge') {
    throw new StatusError(400, 'BadRequest', 'Invalid JSON Patch')
  }
  // Nothing is a strategic merge of nothing.
  const patch = value ?? {}
  if (!isObject(patch)) throw badPatch(kind, patch, 'map[string]interface {}')
  const faults = findDuplicates(text, patch)
  if (kind === 'merge') {
    return patchOfText({ kind, faults }, (current) => mustBeObject(applyMergePatch(current, patch)))
  }
  return {
    kind,
    faults,
    apply: (struct, current) => runStrategic(struct, current, patch),
    refusal: (_struct, _current, why) => ({ value: goText(patch), why: conversionText(why) }),
  }
}

function parseJsonPatch(value: unknown): ParsedPatch {
  // Nothing is a patch of no steps.
  const steps: unknown = value ?? []
  if (!Array.isArray(steps)) throw badPatch('json', steps, '[]handlers.jsonPatchOp')
  const operations = (steps as unknown[]).map(toOperation)
  if (operations.length > MAX_OPERATIONS) {
    const message =
      `Request entity too large: The allowed maximum operations in a JSON patch is ${MAX_OPERATIONS}, ` +
      `got ${operations.length}`
    throw new StatusError(413, 'RequestEntityTooLarge', message)
  }
  const unknown = (steps as unknown[]).flatMap((step, i) =>
    Object.keys(step ?? {})
      .filter((name) => !STEP_FIELDS.has(name))
      .map((name) => `json patch unknown field "[${i}].${name}"`),
  )
  return patchOfText({ kind: 'json', faults: unknown }, (current) =>
    runJsonPatch(current, operations),
  )
}

const STEP_FIELDS: ReadonlySet<string> = new Set(['op', 'path', 'from', 'value'])

/** A patch of the object's JSON: in a refusal stands what it made of that. */
function patchOfText(
  of: Pick<ParsedPatch, 'kind' | 'faults'>,
  apply: (current: JsonObject) => JsonObject,
): ParsedPatch {
  return {
    ...of,
    apply: (_struct, current) => apply(current),
    refusal: (struct, current, why) => {
      const before = toJsonValue(struct, current)
      return { value: patchedText(before, apply(before)), why }
    },
  }
}

const DECODER_TEXT = /^json: cannot unmarshal (\w+)( \S+)? into Go struct field \S+ of type (\S+)$/

/**
 * What the decoder says of a wrong type, in the words of upstream's converter: a strategic merge
 * patch goes from maps to structures without JSON in between.
 */
export function conversionText(decoderText: string): string {
  if (decoderText.startsWith('illegal base64 data'))
    return `error decoding from json: ${decoderText}`
  const [, given = '', digits = '', wanted = ''] = DECODER_TEXT.exec(decoderText) ?? []
  if (wanted === '') return decoderText
  const source = digits.includes('.') ? 'float64' : (CONVERTED_FROM[given] ?? given)
  if (wanted.startsWith('[]')) return `cannot restore slice from ${source}`
  if (wanted.startsWith('map[')) return `cannot restore map from ${source}`
  if (wanted.includes('.')) return `cannot restore struct from: ${source}`
  if (given !== 'number') return `unrecognized type: ${wanted}`
  return wanted === 'bool' ? 'unrecognized type: bool' : `cannot convert ${source} to ${wanted}`
}

const CONVERTED_FROM: Readonly<Record<string, string>> = {
  number: 'int64',
  object: 'map',
  array: 'slice',
}

function readPatch(kind: PatchKind, text: string): unknown {
  try {
    return parseJson(text)
  } catch (cause) {
    if (!(cause instanceof JsonSyntaxError)) throw cause
    throw new StatusError(400, 'BadRequest', decodingText(kind, cause.message), { cause })
  }
}

const decodingText = (kind: PatchKind, why: string) =>
  kind === 'strategic' ? why : `error decoding patch: ${why}`

function badPatch(
  kind: PatchKind,
  value: unknown,
  goType: string,
  into = 'Go value of type',
): StatusError {
  const given = Array.isArray(value) ? 'array' : typeof value
  const shown = given === 'boolean' ? 'bool' : given
  const text = `json: cannot unmarshal ${shown} into ${into} ${goType}`
  return new StatusError(400, 'BadRequest', decodingText(kind, text))
}

function toOperation(value: unknown): JsonPatchOperation {
  if (value === null) return { op: 'unknown' }
  if (!isObject(value)) throw badPatch('json', value, 'handlers.jsonPatchOp')
  const text = (name: string): string | undefined => {
    const given = value[name] ?? undefined
    if (given === undefined || typeof given === 'string') return given
    throw badPatch('json', given, 'string', `Go struct field jsonPatchOp.${name} of type`)
  }
  const path = text('path')
  const from = text('from')
  return {
    op: text('op') ?? 'unknown',
    ...(path !== undefined && { path }),
    ...(from !== undefined && { from }),
    ...('value' in value && { value: value['value'] }),
  }
}

/** Upstream does not tell the client why a JSON patch does not apply; `cause` does. */
function runJsonPatch(current: JsonObject, operations: readonly JsonPatchOperation[]): JsonObject {
  try {
    return mustBeObject(applyJsonPatch(current, operations))
  } catch (cause) {
    if (!(cause instanceof PatchError)) throw cause
    const message = 'the server rejected our request due to an error in our request'
    throw new StatusError(422, 'Invalid', message, { cause })
  }
}

function runStrategic(
  struct: Struct<FieldWords>,
  current: JsonObject,
  patch: JsonObject,
): JsonObject {
  try {
    return applyStrategicMerge(struct, current, patch)
  } catch (cause) {
    if (!(cause instanceof PatchError)) throw cause
    const { message } = cause
    if (message.startsWith('invalid patch format of')) {
      throw new StatusError(400, 'BadRequest', message, { cause })
    }
    throw new StatusError(500, '', message, { cause })
  }
}

function mustBeObject(value: unknown): JsonObject {
  if (isObject(value)) return value
  throw new StatusError(422, 'Invalid', 'the patched value is not an object')
}
