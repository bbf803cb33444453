import { ObjectMeta } from '../meta/index.ts'
import { decodeJson, JsonTypeError } from '../codec/index.ts'
import type { FieldError } from '../schema/index.ts'
import {
  child,
  goJson,
  isEmbedded,
  isObject,
  itemsOf,
  type JsonObject,
  propertyOf,
  type Schema,
} from '../structural/index.ts'
import {
  dns1035LabelErrors,
  invalid,
  pathSegmentErrors,
  required,
  validateObjectMeta,
} from '../validation/index.ts'

/** The first part of an object within an object that is of another type than it has to be. */
export function malformedEmbedded(
  schema: Schema,
  value: unknown,
  path = '',
  options: { isRoot?: boolean } = {},
): FieldError | undefined {
  const errors = visitEmbedded(schema, value, { path, ...options }, checkTypes)
  return errors[0]
}

/**
 * Objects of the API within an object (`x-kubernetes-embedded-resource`): they are whole ones.
 * `isRoot`: the value itself is one, whatever its schema says.
 */
export function validateEmbedded(
  schema: Schema,
  value: unknown,
  path = '',
  options: { isRoot?: boolean } = {},
): FieldError[] {
  return visitEmbedded(schema, value, { path, ...options }, checkObject)
}

function visitEmbedded(
  schema: Schema,
  value: unknown,
  { path, isRoot = false }: { path: string; isRoot?: boolean },
  check: (value: JsonObject, path: string) => FieldError[],
): FieldError[] {
  const inner = (below: Schema, item: unknown, at: string) =>
    visitEmbedded(below, item, { path: at }, check)
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (!items) return []
    return value.flatMap((item, i) => inner(items, item, `${path}[${i}]`))
  }
  if (!isObject(value)) return []
  const errors = isRoot || isEmbedded(schema) ? check(value, path) : []
  for (const name of Object.keys(value).sort()) {
    const below = propertyOf(schema, name)
    if (!below) continue
    const isNamed = Object.hasOwn(schema.properties ?? {}, name)
    const at = isNamed ? child(path, name) : `${path}[${name}]`
    errors.push(...inner(below, value[name], at))
  }
  return errors
}

function checkTypes(value: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = []
  for (const name of ['apiVersion', 'kind'] as const) {
    const text = value[name]
    if (text === undefined || typeof text === 'string') continue
    errors.push(invalid(child(path, name), goJson(text), 'must be a string'))
  }
  const { metadata } = value
  if (metadata === undefined) return errors
  const at = child(path, 'metadata')
  const read = readMetadata(metadata)
  if (typeof read === 'string') errors.push(invalid(at, goJson(metadata), read))
  return errors
}

const EMPTY = 'must not be empty'

function checkObject(value: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { apiVersion, kind, metadata } = value
  const at = (name: string) => child(path, name)
  for (const name of ['apiVersion', 'kind']) {
    if (!Object.hasOwn(value, name)) errors.push(required(at(name), EMPTY))
  }
  if (apiVersion !== undefined) {
    errors.push(...checkText(apiVersion, at('apiVersion'), groupVersionFaults))
  }
  if (kind !== undefined) errors.push(...checkText(kind, at('kind'), kindFaults))
  if (metadata !== undefined) errors.push(...checkMetadata(metadata, at('metadata')))
  return errors
}

function checkText(value: unknown, path: string, faults: (text: string) => string[]): FieldError[] {
  if (typeof value !== 'string') return [invalid(path, goJson(value), 'must be a string')]
  if (value === '') return [invalid(path, value, EMPTY)]
  return faults(value).map((why) => invalid(path, value, why))
}

function groupVersionFaults(text: string): string[] {
  return text.split('/').length > 2 ? [`unexpected GroupVersion string: ${text}`] : []
}

function kindFaults(text: string): string[] {
  const faults = dns1035LabelErrors(text.toLowerCase())
  if (faults.length === 0) return []
  return [`may have mixed case, but should otherwise match: ${faults.join(',')}`]
}

function checkMetadata(value: unknown, path: string): FieldError[] {
  const meta = readMetadata(value)
  if (typeof meta === 'string') return [invalid(path, goJson(value), meta)]
  const namespaced = Boolean(meta.namespace)
  const of = { namespaced, nameErrors: pathSegmentErrors, anyFinalizer: true }
  // A name is not needed here.
  return validateObjectMeta({ ...meta, name: meta.name || 'name' }, of, path)
}

/** The metadata, or why it is none. */
function readMetadata(value: unknown): ObjectMeta | string {
  try {
    return decodeJson<ObjectMeta>(ObjectMeta, value)
  } catch (error) {
    if (error instanceof JsonTypeError) return error.message
    throw error
  }
}
