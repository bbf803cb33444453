import type { FieldError } from '../../schema/index.ts'
import {
  isEmbedded,
  itemsOf,
  prune,
  type Schema,
  validateListTypes,
  validateSchema,
  valuesOf,
} from '../../structural/index.ts'
import { GoText, invalid } from '../../validation/index.ts'

/** Defaults must be values that the schema takes, and nothing of them may be pruned. */
export function validateDefaults(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.default !== undefined) errors.push(...validateDefault(schema, `${path}.default`))
  const items = itemsOf(schema)
  const values = valuesOf(schema)
  if (items) errors.push(...validateDefaults(items, `${path}.items`))
  if (values) errors.push(...validateDefaults(values, `${path}.additionalProperties`))
  const properties = Object.entries(schema.properties ?? {})
  for (const [name, property] of properties.sort(([a], [b]) => (a < b ? -1 : 1))) {
    errors.push(...validateDefaults(property, `${path}.properties[${name}]`))
  }
  return errors
}

function validateDefault(schema: Schema, path: string): FieldError[] {
  const value = structuredClone(schema.default)
  const removed = prune(schema, value, { isRoot: isEmbedded(schema) })
  if (removed.length > 0) {
    const shown = new GoText(JSON.stringify(schema.default))
    return [invalid(path, shown, 'must not have unknown fields')]
  }
  const errors = validateSchema(schema, schema.default, { base: path })
  if (errors.length > 0) return errors
  return validateListTypes(schema, schema.default).map((error) => ({
    ...error,
    field: error.field === '' ? path : `${path}.${error.field}`,
  }))
}
