import type { FieldError } from '../../schema/index.ts'
import {
  isEmbedded,
  isIntOrString,
  itemsOf,
  preserves,
  type Schema,
  valuesOf,
} from '../../structural/index.ts'
import { forbidden, invalid, notSupported, required } from '../../validation/index.ts'

type Level = 'root' | 'items' | 'field'

/**
 * Whether a schema is structural (KEP-20180731): each field's type is told once, outside of
 * `allOf`, `anyOf`, `oneOf` and `not`.
 */
export function validateStructural(schema: Schema, path: string): FieldError[] {
  return structuralAt(schema, path, 'root')
}

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  items: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}
const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']

function structuralAt(schema: Schema, path: string, level: Level): FieldError[] {
  const errors: FieldError[] = []
  const items = itemsOf(schema)
  const values = valuesOf(schema)
  if (schema.type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'))
  if (items) errors.push(...structuralAt(items, `${path}.items`, 'items'))
  if (values) errors.push(...structuralAt(values, `${path}.additionalProperties`, 'field'))
  for (const [name, property] of sorted(schema.properties)) {
    errors.push(...structuralAt(property, `${path}.properties[${name}]`, 'field'))
  }
  if (level === 'root') errors.push(...checkMetadata(schema, path))
  errors.push(...checkType(schema, path, level), ...checkExtensions(schema, path, level))
  for (const part of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, inner] of (schema[part] ?? []).entries()) {
      const at = `${path}.${part}[${i}]`
      errors.push(...checkValidation(inner, at, isIntOrString(schema)))
      errors.push(...checkMentioned(inner, schema, { at, path }))
    }
  }
  if (schema.not) {
    errors.push(...checkValidation(schema.not, `${path}.not`, false))
    errors.push(...checkMentioned(schema.not, schema, { at: `${path}.not`, path }))
  }
  return errors
}

function sorted(properties: Readonly<Record<string, Schema>> | undefined): [string, Schema][] {
  return Object.entries(properties ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
}

function checkType(schema: Schema, path: string, level: Level): FieldError[] {
  const { type = '' } = schema
  if (type === '') {
    if (isIntOrString(schema)) return []
    if (preserves(schema) && level !== 'root') return []
    return [required(`${path}.type`, EMPTY_TYPE[level])]
  }
  if (!TYPES.includes(type)) return [notSupported(`${path}.type`, type, TYPES)]
  if (level === 'root' && type !== 'object') {
    return [invalid(`${path}.type`, type, 'must be object at the root')]
  }
  return []
}

function checkExtensions(schema: Schema, path: string, level: Level): FieldError[] {
  const errors: FieldError[] = []
  const { type = '' } = schema
  if (isEmbedded(schema)) {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    if (type === '') errors.push(required(`${path}.type`, why))
    else if (type !== 'object') errors.push(invalid(`${path}.type`, type, why))
    if (!preserves(schema) && Object.keys(schema.properties ?? {}).length === 0) {
      const needed =
        'must not be empty if x-kubernetes-embedded-resource is true without ' +
        'x-kubernetes-preserve-unknown-fields'
      errors.push(required(`${path}.properties`, needed))
    }
  }
  if (level === 'root' && isIntOrString(schema)) {
    const why = 'must be false at the root'
    errors.push(invalid(`${path}.x-kubernetes-int-or-string`, true, why))
  }
  if (isIntOrString(schema)) {
    if (type !== '') {
      const why = 'must be empty if x-kubernetes-int-or-string is true'
      errors.push(invalid(`${path}.type`, type, why))
    }
    for (const name of [
      'x-kubernetes-preserve-unknown-fields',
      'x-kubernetes-embedded-resource',
    ] as const) {
      if (schema[name]) {
        errors.push(
          invalid(`${path}.${name}`, true, 'must be false if x-kubernetes-int-or-string is true'),
        )
      }
    }
  }
  if (preserves(schema) && type !== '' && type !== 'object') {
    const why = 'must be object if x-kubernetes-preserve-unknown-fields is true'
    errors.push(invalid(`${path}.type`, type, why))
  }
  return errors
}

function checkMetadata(schema: Schema, path: string): FieldError[] {
  const metadata = schema.properties?.['metadata']
  if (!metadata) return []
  const allowed = new Set(['type', 'properties', 'description'])
  const extra = Object.keys(metadata).some((key) => !allowed.has(key))
  const names = Object.keys(metadata.properties ?? {})
  const unknown = names.some((name) => name !== 'name' && name !== 'generateName')
  if (!extra && !unknown) return []
  const why =
    'must not specify anything other than name and generateName, but metadata is implicitly ' +
    'specified'
  return [forbidden(`${path}.properties[metadata]`, why)]
}

/** What says something of the structure, and so may not stand within a combination. */
const STRUCTURE = [
  'additionalProperties',
  'default',
  'description',
  'nullable',
  'title',
  'type',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-embedded-resource',
  'x-kubernetes-int-or-string',
  'x-kubernetes-list-map-keys',
  'x-kubernetes-list-type',
  'x-kubernetes-map-type',
] as const

function checkValidation(schema: Schema, path: string, isIntOrStr: boolean): FieldError[] {
  const errors: FieldError[] = []
  for (const name of STRUCTURE) {
    const value = schema[name]
    if (value === undefined || value === false || value === '') continue
    // The one exception: how `x-kubernetes-int-or-string` is spelled out.
    if (name === 'type' && isIntOrStr) continue
    errors.push(forbidden(`${path}.${name}`, 'must be empty to be structural'))
  }
  const items = itemsOf(schema)
  if (items) errors.push(...checkValidation(items, `${path}.items`, false))
  for (const [name, property] of sorted(schema.properties)) {
    errors.push(...checkValidation(property, `${path}.properties[${name}]`, false))
  }
  for (const part of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, inner] of (schema[part] ?? []).entries()) {
      errors.push(...checkValidation(inner, `${path}.${part}[${i}]`, isIntOrStr))
    }
  }
  if (schema.not) errors.push(...checkValidation(schema.not, `${path}.not`, false))
  return errors
}

// What a combination speaks of must be told outside of it.
function checkMentioned(
  inner: Schema,
  outer: Schema,
  on: { at: string; path: string },
): FieldError[] {
  const errors: FieldError[] = []
  for (const [name, property] of sorted(inner.properties)) {
    const known = outer.properties?.[name]
    const at = `${on.at}.properties[${name}]`
    const path = `${on.path}.properties[${name}]`
    if (known) errors.push(...checkMentioned(property, known, { at, path }))
    else errors.push(required(path, `because it is defined in ${at}`))
  }
  const items = itemsOf(inner)
  if (items) {
    const known = itemsOf(outer)
    const [at, path] = [`${on.at}.items`, `${on.path}.items`]
    if (known) errors.push(...checkMentioned(items, known, { at, path }))
    else errors.push(required(path, `because it is defined in ${at}`))
  }
  return errors
}
