import type { JSONSchemaProps } from '../apiextensions/index.ts'

/** A schema as it stands in a CustomResourceDefinition. */
export type Schema = JSONSchemaProps

/** The schema of a list's items; undefined when there is none. */
export function itemsOf(schema: Schema): Schema | undefined {
  return Array.isArray(schema.items) ? undefined : schema.items
}

/** The schema of a map's values; undefined when it has none of its own. */
export function valuesOf(schema: Schema): Schema | undefined {
  const { additionalProperties } = schema
  return typeof additionalProperties === 'object' ? additionalProperties : undefined
}

/** The schema below `name`; undefined when nothing is said of it. */
export function propertyOf(schema: Schema, name: string): Schema | undefined {
  const { properties } = schema
  if (properties && Object.hasOwn(properties, name)) return properties[name]
  return valuesOf(schema)
}

/** Whether fields that the schema does not name are kept. */
export function preserves(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true
}

export function isEmbedded(schema: Schema): boolean {
  return schema['x-kubernetes-embedded-resource'] === true
}

export function isIntOrString(schema: Schema): boolean {
  return schema['x-kubernetes-int-or-string'] === true
}
