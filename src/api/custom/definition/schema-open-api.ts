import { compilePattern } from '../../pattern/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { itemsOf, type Schema, valuesOf } from '../../structural/index.ts'
import { forbidden, goStrings, invalid, notSupported, required } from '../../validation/index.ts'

/** What definitions may not use of JSON Schema, and what must fit together. */
export function validateOpenApi(schema: Schema, path: string): FieldError[] {
  const errors = [...checkForbidden(schema, path), ...checkListType(schema, path)]
  errors.push(...checkMapType(schema, path), ...checkPattern(schema, path))
  const items = itemsOf(schema)
  const values = valuesOf(schema)
  if (items) errors.push(...validateOpenApi(items, `${path}.items`))
  if (values) errors.push(...validateOpenApi(values, `${path}.additionalProperties`))
  const properties = Object.entries(schema.properties ?? {})
  for (const [name, property] of properties.sort(([a], [b]) => (a < b ? -1 : 1))) {
    errors.push(...validateOpenApi(property, `${path}.properties[${name}]`))
  }
  for (const part of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, inner] of (schema[part] ?? []).entries()) {
      errors.push(...validateOpenApi(inner, `${path}.${part}[${i}]`))
    }
  }
  if (schema.not) errors.push(...validateOpenApi(schema.not, `${path}.not`))
  return errors
}

function checkForbidden(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  const ban = (name: keyof Schema, why: string) => errors.push(forbidden(`${path}.${name}`, why))
  if (schema.uniqueItems) {
    ban(
      'uniqueItems',
      'uniqueItems cannot be set to true since the runtime complexity becomes quadratic',
    )
  }
  if (schema.additionalProperties === false) {
    ban('additionalProperties', 'additionalProperties cannot be set to false')
  }
  const both = valuesOf(schema) && Object.keys(schema.properties ?? {}).length > 0
  if (both) ban('additionalProperties', 'additionalProperties and properties are mutual exclusive')
  if (schema.$ref) ban('$ref', '$ref is not supported')
  for (const name of ['definitions', 'patternProperties', 'dependencies', 'id'] as const) {
    const value = schema[name]
    if (value !== undefined && value !== '') ban(name, `${name} is not supported`)
  }
  if (schema.additionalItems !== undefined)
    ban('additionalItems', 'additionalItems is not supported')
  if (Array.isArray(schema.items)) {
    ban('items', 'items must be a schema object and not an array')
  }
  return errors
}

function checkPattern({ pattern }: Schema, path: string): FieldError[] {
  if (!pattern) return []
  const compiled = compilePattern(pattern)
  if (typeof compiled !== 'string') return []
  const why = `must be a valid regular expression, but isn't: error parsing regexp: ${compiled}`
  return [invalid(`${path}.pattern`, pattern, why)]
}

function checkMapType(schema: Schema, path: string): FieldError[] {
  const mapType = schema['x-kubernetes-map-type']
  if (mapType === undefined) return []
  const errors: FieldError[] = []
  if (schema.type !== 'object') {
    const why = 'must be object if x-kubernetes-map-type is specified'
    if (!schema.type) errors.push(required(`${path}.type`, why))
    else errors.push(invalid(`${path}.type`, schema.type, why))
  }
  if (mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']))
  }
  return errors
}

const LIST_TYPE = 'x-kubernetes-list-type'
const MAP_KEYS = 'x-kubernetes-list-map-keys'

function checkListType(schema: Schema, path: string): FieldError[] {
  const type = schema[LIST_TYPE]
  const keys = schema[MAP_KEYS] ?? []
  const errors: FieldError[] = []
  if (type !== undefined && schema.type !== 'array') {
    const why = `must be array if ${LIST_TYPE} is specified`
    if (!schema.type) errors.push(required(`${path}.type`, why))
    else errors.push(invalid(`${path}.type`, schema.type, why))
  }
  if (type !== undefined && !['atomic', 'set', 'map'].includes(type)) {
    errors.push(notSupported(`${path}.${LIST_TYPE}`, type, ['atomic', 'map', 'set']))
  }
  if (keys.length > 0 && type !== 'map') {
    const why = `must be map if ${MAP_KEYS} is non-empty`
    if (type === undefined) errors.push(required(`${path}.${LIST_TYPE}`, why))
    else errors.push(invalid(`${path}.${LIST_TYPE}`, type, why))
  }
  if (type === 'map') errors.push(...checkMapKeys(schema, keys, path))
  if (type === 'set') errors.push(...checkSetItems(schema, path))
  return errors
}

function checkMapKeys(schema: Schema, keys: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = []
  if (keys.length === 0) {
    errors.push(required(`${path}.${MAP_KEYS}`, `must not be empty if ${LIST_TYPE} is map`))
  }
  const items = itemsOf(schema)
  if (!items) {
    errors.push(required(`${path}.items`, `must have a schema if ${LIST_TYPE} is map`))
    return errors
  }
  if (items.type !== 'object') {
    const why = `must be object if parent array's ${LIST_TYPE} is map`
    errors.push(invalid(`${path}.items.type`, items.type ?? '', why))
    return errors
  }
  const scalar = new Set(['string', 'integer', 'number', 'boolean'])
  for (const [i, key] of keys.entries()) {
    const property = items.properties?.[key]
    const at = `${path}.${MAP_KEYS}[${i}]`
    if (!property) {
      errors.push(invalid(at, key, 'entries must all be names of item properties'))
    } else if (!scalar.has(property.type ?? '')) {
      const why = `must be a scalar type if parent array's ${LIST_TYPE} is map`
      errors.push(invalid(`${path}.items.properties[${key}].type`, property.type ?? '', why))
    } else if (property.default === undefined && !(items.required ?? []).includes(key)) {
      const why = `this property is in ${MAP_KEYS}, so it must have a default or be a required property`
      errors.push(required(`${path}.items.properties[${key}].default`, why))
    }
    if (keys.indexOf(key) < i) {
      errors.push(invalid(`${path}.${MAP_KEYS}`, goStrings(keys), 'must be unique'))
    }
  }
  return errors
}

function checkSetItems(schema: Schema, path: string): FieldError[] {
  const items = itemsOf(schema)
  if (!items) return [required(`${path}.items`, `must have a schema if ${LIST_TYPE} is set`)]
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    const why = `must be atomic as item of a list with ${LIST_TYPE}=set`
    const given = items['x-kubernetes-map-type']
    const at = `${path}.items.x-kubernetes-map-type`
    return [given === undefined ? required(at, why) : invalid(at, given, why)]
  }
  const listType = items[LIST_TYPE]
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    const why = `must be atomic as item of a list with ${LIST_TYPE}=set`
    return [invalid(`${path}.items.${LIST_TYPE}`, listType, why)]
  }
  return []
}
