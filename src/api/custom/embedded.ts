import { ObjectMeta } from '../meta/index.ts'
import { decodeJson, JsonTypeError } from '../codec/index.ts'
import type { FieldError } from '../schema/index.ts'
import {
  isEmbedded,
  isObject,
  itemsOf,
  type JsonObject,
  propertyOf,
  type Schema,
} from '../structural/index.ts'
import {
  dns1123LabelErrors,
  dns1123SubdomainErrors,
  invalid,
  required,
  validateObjectMeta,
} from '../validation/index.ts'

/** Objects of the API within an object (`x-kubernetes-embedded-resource`): they are whole ones. */
export function validateEmbedded(schema: Schema, value: unknown, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (!items) return []
    return value.flatMap((item, i) => {
      const at = `${path}[${i}]`
      return [...checkOne(items, item, at), ...validateEmbedded(items, item, at)]
    })
  }
  if (!isObject(value)) return []
  return Object.keys(value)
    .sort()
    .flatMap((name) => {
      const below = propertyOf(schema, name)
      if (!below) return []
      const at = path === '' ? name : `${path}.${name}`
      return [...checkOne(below, value[name], at), ...validateEmbedded(below, value[name], at)]
    })
}

function checkOne(schema: Schema, value: unknown, path: string): FieldError[] {
  if (!isEmbedded(schema) || !isObject(value)) return []
  return [...checkTypeMeta(value, path), ...checkMetadata(value['metadata'], path)]
}

function checkTypeMeta(value: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { apiVersion, kind } = value
  if (typeof apiVersion !== 'string' || apiVersion === '') {
    errors.push(required(`${path}.apiVersion`, 'must not be empty'))
  } else if (apiVersion.split('/').length > 2) {
    const why = `unexpected GroupVersion string: ${apiVersion}`
    errors.push(invalid(`${path}.apiVersion`, apiVersion, why))
  }
  if (typeof kind !== 'string' || kind === '') {
    errors.push(required(`${path}.kind`, 'must not be empty'))
  } else {
    for (const why of dns1123LabelErrors(kind.toLowerCase())) {
      errors.push(invalid(`${path}.kind`, kind, why))
    }
  }
  return errors
}

function checkMetadata(value: unknown, path: string): FieldError[] {
  if (value === undefined) return []
  try {
    const meta = decodeJson<ObjectMeta>(ObjectMeta, value)
    if (!meta.name && !meta.generateName) return []
    const namespaced = Boolean(meta.namespace)
    const of = { namespaced, nameErrors: dns1123SubdomainErrors }
    return validateObjectMeta(meta, of, `${path}.metadata`)
  } catch (error) {
    if (!(error instanceof JsonTypeError)) throw error
    return [invalid(`${path}.metadata`, '', error.message)]
  }
}
