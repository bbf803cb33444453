import type { FieldError } from '../schema/index.ts'
import { duplicate, GoText, invalid } from '../validation/index.ts'
import { itemsOf, propertyOf, type Schema } from './node.ts'
import { child, goJson, goSyntax, isObject, type JsonObject, sameJson } from './values.ts'

/** Checks that lists that are sets or maps hold nothing twice. */
export function validateListTypes(schema: Schema, value: unknown, path = ''): FieldError[] {
  if (Array.isArray(value)) {
    const errors: FieldError[] = []
    const items = itemsOf(schema)
    const type = schema['x-kubernetes-list-type']
    if (type === 'set') errors.push(...duplicates(value, path))
    if (type === 'map') errors.push(...duplicateKeys(schema, value, path))
    if (items) {
      for (const [i, item] of value.entries()) {
        errors.push(...validateListTypes(items, item, `${path}[${i}]`))
      }
    }
    return errors
  }
  if (!isObject(value)) return []
  return Object.keys(value)
    .sort()
    .flatMap((name) => {
      const below = propertyOf(schema, name)
      return below ? validateListTypes(below, value[name], child(path, name)) : []
    })
}

function duplicates(list: readonly unknown[], path: string): FieldError[] {
  const errors: FieldError[] = []
  const told = new Set<number>()
  for (const [i, item] of list.entries()) {
    const first = list.findIndex((other) => sameJson(other, item))
    // The second one is told, whatever follows.
    if (first >= i || told.has(first)) continue
    told.add(first)
    const shown = isObject(item) || Array.isArray(item) ? new GoText(goSyntax(item)) : item
    errors.push(duplicate(`${path}[${i}]`, shown))
  }
  return errors
}

function duplicateKeys(schema: Schema, list: readonly unknown[], path: string): FieldError[] {
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const items = itemsOf(schema)
  const errors: FieldError[] = []
  const keyed: JsonObject[] = []
  const odd = list.findIndex((item) => item !== null && !isObject(item))
  if (odd >= 0) {
    const why = 'must be an object for an array of list-type map'
    return [invalid(`${path}[${odd}]`, goJson(list[odd]), why)]
  }
  for (const item of list) {
    const key: JsonObject = {}
    // Null has no keys, and no defaults of any.
    if (!isObject(item)) {
      keyed.push(key)
      continue
    }
    for (const name of keys) {
      const given = item[name] ?? items?.properties?.[name]?.default
      if (given !== undefined) key[name] = given
    }
    keyed.push(key)
  }
  const seen: JsonObject[] = []
  const told: JsonObject[] = []
  for (const [i, key] of keyed.entries()) {
    const before = seen.find((other) => sameJson(other, key))
    if (!before) seen.push(key)
    else if (!told.includes(before)) {
      told.push(before)
      errors.push(duplicate(`${path}[${i}]`, new GoText(goSyntax(key))))
    }
  }
  return errors
}
