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

/**
 * Objects of the API within an object (`x-kubernetes-embedded-resource`): they are whole ones.
 * `isRoot`: the value itself is one, whatever its schema says.
 */
export function validateEmbedded(
  schema: Schema,
  value: unknown,
  path = '',
  { isRoot = false }: { isRoot?: boolean } = {},
): FieldError[] {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (!items) return []
    return value.flatMap((item, i) => validateEmbedded(items, item, `${path}[${i}]`))
  }
  if (!isObject(value)) return []
  const errors = isRoot || isEmbedded(schema) ? checkObject(value, path) : []
  for (const name of Object.keys(value).sort()) {
    const below = propertyOf(schema, name)
    if (!below) continue
    const isNamed = Object.hasOwn(schema.properties ?? {}, name)
    const at = isNamed ? child(path, name) : `${path}[${name}]`
    errors.push(...validateEmbedded(below, value[name], at))
  }
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
  try {
    const meta = decodeJson<ObjectMeta>(ObjectMeta, value)
    const of = {
      namespaced: Boolean(meta.namespace),
      nameErrors: pathSegmentErrors,
      anyFinalizer: true,
    }
    // A name is not needed here.
    return validateObjectMeta({ ...meta, name: meta.name || 'name' }, of, path)
  } catch (error) {
    if (!(error instanceof JsonTypeError)) throw error
    return [invalid(path, goJson(value), error.message)]
  }
}
