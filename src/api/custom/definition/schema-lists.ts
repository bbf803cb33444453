import { JSONSchemaProps } from '../../apiextensions/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { itemsOf, type Schema } from '../../structural/index.ts'
import {
  forbidden,
  goFieldText,
  goStrings,
  invalid,
  notSupported,
  required,
} from '../../validation/index.ts'
import { wrongType } from './schema-walk.ts'

const LIST_TYPE = 'x-kubernetes-list-type'
const MAP_KEYS = 'x-kubernetes-list-map-keys'

/** What `x-kubernetes-list-type` asks of a list and its items. */
export function checkListType(schema: Schema, path: string): FieldError[] {
  const type = schema[LIST_TYPE]
  const keys = schema[MAP_KEYS] ?? []
  const errors: FieldError[] = []
  if (type !== undefined && schema.type !== 'array') {
    errors.push(wrongType(schema, path, `must be array if ${LIST_TYPE} is specified`))
  } else if (type === 'set') errors.push(...checkSetItems(schema, path))
  if (type !== undefined && !['atomic', 'set', 'map'].includes(type)) {
    errors.push(notSupported(`${path}.${LIST_TYPE}`, type, ['atomic', 'set', 'map']))
  }
  if (keys.length > 0 && type !== 'map') {
    const why = `must be map if ${MAP_KEYS} is non-empty`
    if (type === undefined) errors.push(required(`${path}.${LIST_TYPE}`, why))
    else errors.push(invalid(`${path}.${LIST_TYPE}`, type, why))
  }
  if (type === 'map') errors.push(...checkMap(schema, keys, path))
  if (type === 'map' || type === 'set') errors.push(...checkNullable(schema, path))
  return errors
}

function checkMap(schema: Schema, keys: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = []
  if (keys.length === 0) {
    errors.push(required(`${path}.${MAP_KEYS}`, `must not be empty if ${LIST_TYPE} is map`))
  }
  if (schema.items === undefined) {
    errors.push(required(`${path}.items`, `must have a schema if ${LIST_TYPE} is map`))
  }
  const items = itemsOf(schema)
  if (schema.items !== undefined && !items) {
    const shown = goFieldText(JSONSchemaProps, 'items', schema.items)
    const why = `must only have a single schema if ${LIST_TYPE} is map`
    errors.push(invalid(`${path}.items`, shown, why))
  }
  if (!items) return errors
  if (items.type !== 'object') {
    const why = `must be object if parent array's ${LIST_TYPE} is map`
    return [...errors, invalid(`${path}.items.type`, items.type ?? '', why)]
  }
  for (const [i, key] of keys.entries()) {
    const type = items.properties?.[key]?.type
    const at = `${path}.${MAP_KEYS}`
    const shown = goStrings(keys)
    if (!items.properties?.[key]) {
      errors.push(invalid(at, shown, 'entries must all be names of item properties'))
    } else if (type === 'array' || type === 'object') {
      const why = `must be a scalar type if parent array's ${LIST_TYPE} is map`
      errors.push(invalid(`${path}.items.properties[${key}].type`, items.type, why))
    }
    if (keys.indexOf(key) < i) {
      errors.push(invalid(at, shown, 'must not contain duplicate entries'))
    }
  }
  return errors
}

// Items that can be told apart are never null, and their keys are always there.
function checkNullable(schema: Schema, path: string): FieldError[] {
  const items = itemsOf(schema)
  if (!items) return []
  const type = schema[LIST_TYPE] ?? ''
  const errors: FieldError[] = []
  if (items.nullable) {
    const why = `cannot be nullable when ${LIST_TYPE} is ${type}`
    errors.push(forbidden(`${path}.items.nullable`, why))
  }
  if (type !== 'map') return errors
  for (const key of schema[MAP_KEYS] ?? []) {
    const property = items.properties?.[key]
    if (!property) continue
    const at = `${path}.items.properties[${key}]`
    const because = `this property is in ${MAP_KEYS}, so it`
    if (!(items.required ?? []).includes(key) && (property.default ?? null) === null) {
      errors.push(
        required(`${at}.default`, `${because} must have a default or be a required property`),
      )
    }
    if (property.nullable) errors.push(forbidden(`${at}.nullable`, `${because} cannot be nullable`))
  }
  return errors
}

function checkSetItems(schema: Schema, path: string): FieldError[] {
  const items = itemsOf(schema)
  if (!items) return []
  const why = `must be atomic as item of a list with ${LIST_TYPE}=set`
  const listType = items[LIST_TYPE]
  if (items.type === 'object' && items['x-kubernetes-map-type'] !== 'atomic') {
    // Upstream shows the list's type for the map's.
    return [invalid(`${path}.items.x-kubernetes-map-type`, listType, why)]
  }
  if (items.type === 'array' && listType !== undefined && listType !== 'atomic') {
    return [invalid(`${path}.items.${LIST_TYPE}`, listType, why)]
  }
  return []
}
