import { compilePattern } from '../../pattern/index.ts'
import type { FieldError } from '../../schema/index.ts'
import {
  isEmbedded,
  isIntOrString,
  itemsOf,
  preserves,
  type Schema,
  valuesOf,
} from '../../structural/index.ts'
import { forbidden, invalid, required } from '../../validation/index.ts'
import { validateCompleteness } from './schema-complete.ts'
import { hasContent, isSpelledOut, sortedEntries } from './schema-walk.ts'
import { validateMetadataSchema } from './schema-metadata.ts'

type Level = 'root' | 'items' | 'field'

/**
 * Whether a schema is structural (KEP-20180731): each field's type is told once, outside of
 * `allOf`, `anyOf`, `oneOf` and `not`. Faults are sorted by their texts.
 */
export function validateStructural(schema: Schema, path: string): FieldError[] {
  const errors = [...invariants(schema, path, 'root'), ...validateCompleteness(schema, path)]
  const text = ({ field, detail }: FieldError) => `${field}: ${detail}`
  return errors.sort((a, b) => (text(a) < text(b) ? -1 : text(a) > text(b) ? 1 : 0))
}

function invariants(schema: Schema, path: string, level: Level): FieldError[] {
  const errors: FieldError[] = []
  const items = itemsOf(schema)
  if (schema.type === 'array' && !items) errors.push(required(`${path}.items`, 'must be specified'))
  if (items) errors.push(...invariants(items, `${path}.items`, 'items'))
  for (const [name, property] of sortedEntries(schema.properties)) {
    errors.push(...invariants(property, `${path}.properties[${name}]`, 'field'))
  }
  errors.push(...checkValues(schema, path, level), ...checkExclusive(schema, path))
  errors.push(...checkCombinations(schema, path, { skipsAnyOf: isSpelledOut(schema.anyOf) }))
  errors.push(...checkType(schema, path, level))
  if (level === 'root' || isEmbedded(schema)) {
    for (const name of ['kind', 'apiVersion']) {
      const property = schema.properties?.[name]
      if (!property || property.type === 'string') continue
      const at = `${path}.properties[${name}].type`
      errors.push(invalid(at, property.type ?? '', 'must be string'))
    }
  }
  errors.push(...validateMetadataSchema(schema, path, level === 'root'))
  const isEmpty = Object.keys(schema.properties ?? {}).length === 0
  if (isEmbedded(schema) && !preserves(schema) && isEmpty) {
    const why =
      'must not be empty if x-kubernetes-embedded-resource is true without ' +
      'x-kubernetes-preserve-unknown-fields'
    errors.push(required(`${path}.properties`, why))
  }
  return errors
}

function checkValues(schema: Schema, path: string, level: Level): FieldError[] {
  if (schema.additionalProperties === undefined) return []
  const errors: FieldError[] = []
  const at = `${path}.additionalProperties`
  if (level === 'root') errors.push(forbidden(at, 'must not be used at the root'))
  const values = valuesOf(schema)
  if (values) errors.push(...invariants(values, at, 'field'))
  if (isEmbedded(schema)) {
    errors.push(forbidden(at, 'must not be used if x-kubernetes-embedded-resource is set'))
  }
  return errors
}

function checkExclusive(schema: Schema, path: string): FieldError[] {
  if (!isIntOrString(schema)) return []
  const names = ['x-kubernetes-preserve-unknown-fields', 'x-kubernetes-embedded-resource'] as const
  const why = 'must be false if x-kubernetes-int-or-string is true'
  return names.filter((name) => schema[name]).map((name) => invalid(`${path}.${name}`, true, why))
}

const EMPTY_TYPE: Readonly<Record<Level, string>> = {
  root: 'must not be empty at the root',
  items: 'must not be empty for specified array items',
  field: 'must not be empty for specified object fields',
}

function checkType(schema: Schema, path: string, level: Level): FieldError[] {
  const errors: FieldError[] = []
  const { type = '' } = schema
  const at = `${path}.type`
  if (isEmbedded(schema) && type !== 'object') {
    const why = 'must be object if x-kubernetes-embedded-resource is true'
    errors.push(type === '' ? required(at, why) : invalid(at, type, why))
  } else if (type === '' && !isIntOrString(schema) && !preserves(schema)) {
    errors.push(required(at, EMPTY_TYPE[level]))
  }
  if (level === 'root' && type !== '' && type !== 'object') {
    errors.push(invalid(at, type, 'must be object at the root'))
  }
  return errors
}

const COMBINATIONS = ['anyOf', 'allOf', 'oneOf'] as const

function checkCombinations(
  schema: Schema,
  path: string,
  { skipsAnyOf }: { skipsAnyOf: boolean },
): FieldError[] {
  const errors: FieldError[] = []
  for (const part of COMBINATIONS) {
    if (part === 'anyOf' && skipsAnyOf) continue
    for (const [i, inner] of (schema[part] ?? []).entries()) {
      // The one exception: how `x-kubernetes-int-or-string` is spelled out within `allOf`.
      const skips = part === 'allOf' && i === 0 && isSpelledOut(inner.anyOf)
      errors.push(...checkNested(inner, `${path}.${part}[${i}]`, { skipsAnyOf: skips }))
    }
  }
  if (schema.not) errors.push(...checkNested(schema.not, `${path}.not`, { skipsAnyOf: false }))
  if (schema.pattern) errors.push(...checkPattern(schema.pattern, `${path}.pattern`))
  return errors
}

function checkPattern(pattern: string, path: string): FieldError[] {
  const compiled = compilePattern(pattern)
  if (typeof compiled !== 'string') return []
  const why = `must be a valid regular expression, but isn't: error parsing regexp: ${compiled}`
  return [invalid(path, pattern, why)]
}

/** What says something of the structure, and so may not stand within a combination. */
const STRUCTURE = {
  type: 'empty',
  default: 'undefined',
  title: 'empty',
  description: 'empty',
  nullable: 'false',
  'x-kubernetes-preserve-unknown-fields': 'false',
  'x-kubernetes-embedded-resource': 'false',
  'x-kubernetes-int-or-string': 'false',
  'x-kubernetes-list-map-keys': 'empty',
  'x-kubernetes-list-type': 'undefined',
  'x-kubernetes-map-type': 'undefined',
  'x-kubernetes-validations': 'empty',
} as const

function checkNested(schema: Schema, path: string, of: { skipsAnyOf: boolean }): FieldError[] {
  const errors = checkCombinations(schema, path, of)
  const none = { skipsAnyOf: false }
  const items = itemsOf(schema)
  if (items) errors.push(...checkNested(items, `${path}.items`, none))
  for (const [name, property] of sortedEntries(schema.properties)) {
    errors.push(...checkNested(property, `${path}.properties[${name}]`, none))
  }
  if (valuesOf(schema) || schema.additionalProperties === true) {
    errors.push(forbidden(`${path}.additionalProperties`, 'must be undefined to be structural'))
  }
  for (const [name, state] of Object.entries(STRUCTURE)) {
    if (!hasContent(schema[name as keyof typeof STRUCTURE])) continue
    errors.push(forbidden(`${path}.${name}`, `must be ${state} to be structural`))
  }
  if (schema.properties?.['metadata']) {
    const why = 'must not be specified in a nested context'
    errors.push(forbidden(`${path}.properties[metadata]`, why))
  }
  return errors
}
