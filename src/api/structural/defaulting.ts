import { itemsOf, propertyOf, type Schema, valuesOf } from './node.ts'
import { isObject, setKey } from './values.ts'

/** Fills in defaults, in place: of what is absent, and of nulls where none may be. */
export function applyDefaults(schema: Schema, value: unknown): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (!items) return
    for (const [i, item] of value.entries()) {
      if (item === null && isNullable(items) === false && items.default !== undefined) {
        value[i] = structuredClone(items.default)
      }
      applyDefaults(items, value[i])
    }
    return
  }
  if (!isObject(value)) return
  for (const [name, property] of Object.entries(schema.properties ?? {})) {
    if (property.default === undefined) continue
    const given = Object.hasOwn(value, name) ? value[name] : undefined
    const absent = given === undefined || (given === null && !isNullable(property))
    if (absent) setKey(value, name, structuredClone(property.default))
  }
  const rest = valuesOf(schema)
  for (const [name, given] of Object.entries(value)) {
    const property = propertyOf(schema, name)
    if (!property) continue
    if (given === null && property === rest && rest.default !== undefined && !isNullable(rest)) {
      setKey(value, name, structuredClone(rest.default))
    }
    applyDefaults(property, value[name])
  }
}

function isNullable(schema: Schema): boolean {
  return schema.nullable === true
}

/** Takes out nulls where none may be and nothing stands in for them, in place. */
export function dropNulls(schema: Schema, value: unknown): void {
  if (Array.isArray(value)) {
    const items = itemsOf(schema)
    if (items) for (const item of value) dropNulls(items, item)
    return
  }
  if (!isObject(value)) return
  for (const [name, given] of Object.entries(value)) {
    const own = schema.properties && Object.hasOwn(schema.properties, name)
    const property = propertyOf(schema, name)
    if (!property) continue
    const drops = given === null && !isNullable(property) && property.default === undefined
    if (drops && own) delete value[name]
    else dropNulls(property, given)
  }
}

/** Whether there is any default below. */
export function hasDefaults(schema: Schema): boolean {
  if (schema.default !== undefined) return true
  const below = [itemsOf(schema), valuesOf(schema), ...Object.values(schema.properties ?? {})]
  return below.some((other) => other !== undefined && hasDefaults(other))
}
