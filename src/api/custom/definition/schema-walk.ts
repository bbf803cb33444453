import type { FieldError } from '../../schema/index.ts'
import { itemsOf, type Schema, valuesOf } from '../../structural/index.ts'
import { invalid, required } from '../../validation/index.ts'

/** Entries of a map of schemas, by name. */
export function sortedEntries<T>(map: Readonly<Record<string, T>> | undefined): [string, T][] {
  return Object.entries(map ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
}

/** Whether a field of a schema says anything: what is false or empty does not. */
export function hasContent(value: unknown): boolean {
  if (value === undefined || value === null || value === false || value === '') return false
  return !Array.isArray(value) || value.length > 0
}

/** `[{type: integer}, {type: string}]`: how `x-kubernetes-int-or-string` is spelled out. */
export function isSpelledOut(anyOf: readonly Schema[] | undefined): boolean {
  if (anyOf?.length !== 2) return false
  return anyOf.every((one, i) => saysOnly(one, i === 0 ? 'integer' : 'string'))
}

function saysOnly(schema: Schema, type: string): boolean {
  const said = Object.entries(schema).filter(
    ([name, value]) => !DOCS.has(name) && hasContent(value),
  )
  return said.length === 1 && schema.type === type
}

/** What is for people alone. */
export const DOCS: ReadonlySet<string> = new Set(['externalDocs', 'example'])

/** Whether `holds` of a schema or of anything in it. */
export function someSchema(
  schema: Schema | undefined,
  holds: (schema: Schema) => boolean,
): boolean {
  if (!schema) return false
  return holds(schema) || schemasIn(schema).some((inner) => someSchema(inner, holds))
}

function schemasIn(schema: Schema): readonly Schema[] {
  const { items, additionalItems, not, dependencies = {} } = schema
  return [
    ...(Array.isArray(items) ? items : items ? [items] : []),
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
    ...(not ? [not] : []),
    ...Object.values(schema.properties ?? {}),
    ...(valuesOf(schema) ? [schema.additionalProperties as Schema] : []),
    ...Object.values(schema.patternProperties ?? {}),
    ...(typeof additionalItems === 'object' ? [additionalItems] : []),
    ...Object.values(schema.definitions ?? {}),
    ...Object.values(dependencies).filter((one): one is Schema => !Array.isArray(one)),
  ]
}

/** Why a schema cannot be read as a structural one at all; undefined when it can. */
export function unreadable(schema: Schema): string | undefined {
  const unsupported = UNSUPPORTED.find(([, has]) => has(schema))
  if (unsupported) return `OpenAPIV3Schema '${unsupported[0]}' is not supported`
  const combined = [
    ...(schema.not ? [schema.not] : []),
    ...(schema.allOf ?? []),
    ...(schema.anyOf ?? []),
    ...(schema.oneOf ?? []),
  ]
  const within = firstFault(combined)
  if (within !== undefined) return within
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    return "internal error: 'x-kubernetes-preserve-unknown-fields' must be true or undefined"
  }
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    return "OpenAPIV3Schema 'items' must be a schema, but is an array"
  }
  const items = itemsOf(schema)
  const values = valuesOf(schema)
  const below = sortedEntries(schema.properties).map(([, property]) => property)
  return firstFault([...(items ? [items] : []), ...below, ...(values ? [values] : [])])
}

function firstFault(schemas: readonly Schema[]): string | undefined {
  for (const schema of schemas) {
    const fault = unreadable(schema)
    if (fault !== undefined) return fault
  }
  return undefined
}

const hasEntries = (map: object | undefined) => Object.keys(map ?? {}).length > 0

const UNSUPPORTED: readonly (readonly [string, (schema: Schema) => boolean])[] = [
  ['id', ({ id = '' }) => id !== ''],
  ['schema', ({ $schema = '' }) => $schema !== ''],
  ['$ref', ({ $ref = '' }) => $ref !== ''],
  ['patternProperties', ({ patternProperties }) => hasEntries(patternProperties)],
  ['dependencies', ({ dependencies }) => hasEntries(dependencies)],
  ['additionalItems', ({ additionalItems }) => additionalItems !== undefined],
  ['definitions', ({ definitions }) => hasEntries(definitions)],
]

/** A type that is not there, or another one than needed. */
export function wrongType({ type = '' }: Schema, path: string, why: string): FieldError {
  const at = `${path}.type`
  return type === '' ? required(at, why) : invalid(at, type, why)
}
