import type { FieldError } from '../../schema/index.ts'
import { itemsOf, type Schema, valuesOf } from '../../structural/index.ts'
import { forbidden, internalFieldError, invalid, notSupported } from '../../validation/index.ts'
import { checkListType } from './schema-lists.ts'
import type { SchemaCheck, SchemaPlace } from './schema-place.ts'
import { checkRules, checkRuleTexts } from './schema-rules.ts'
import { sortedEntries, wrongType } from './schema-walk.ts'

/** What was found: in what a schema says, and in the expressions of its rules. */
export interface SchemaFaults {
  readonly schema: FieldError[]
  readonly rules: FieldError[]
}

/** What definitions may not use of JSON Schema, and what must fit together. */
export function validateOpenApi(
  schema: Schema,
  place: SchemaPlace,
  check: SchemaCheck,
): SchemaFaults {
  const faults: SchemaFaults = { schema: checkSchema(schema, place), rules: [] }
  const { path } = place
  const below = (inner: Schema | undefined, at: Partial<SchemaPlace> & { path: string }) => {
    if (!inner) return
    const own = { ...place, isRoot: false, tree: undefined, compiles: false }
    const found = validateOpenApi(inner, { ...own, ...at }, check)
    faults.schema.push(...found.schema)
    faults.rules.push(...found.rules)
  }
  const values = valuesOf(schema)
  const noDefaults = place.isInMeta && {
    noDefaults: 'inside additionalProperties applying to object metadata',
  }
  const { tree, compiles = false } = place
  below(values, {
    path: `${path}.additionalProperties`,
    tree: tree?.values,
    compiles,
    ...noDefaults,
  })
  for (const [name, property] of sortedEntries(schema.properties)) {
    const at = { path: `${path}.properties[${name}]`, tree: tree?.properties.get(name), compiles }
    below(property, { ...at, ...insideProperty(schema, name, place) })
  }
  below(schema.not, { path: `${path}.not` })
  for (const part of ['allOf', 'oneOf', 'anyOf'] as const) {
    for (const [i, inner] of (schema[part] ?? []).entries()) {
      below(inner, { path: `${path}.${part}[${i}]` })
    }
  }
  for (const [name, inner] of sortedEntries(schema.definitions)) {
    below(inner, { path: `${path}.definitions[${name}]` })
  }
  // Items are told apart by the keys of a map alone.
  const isMap = schema['x-kubernetes-list-type'] === 'map'
  const uncorrelated = !isMap && { uncorrelated: place.uncorrelated ?? path }
  below(itemsOf(schema), { path: `${path}.items`, tree: tree?.items, compiles, ...uncorrelated })
  for (const [i, inner] of (Array.isArray(schema.items) ? schema.items : []).entries()) {
    below(inner, { path: `${path}.items[${i}]`, ...uncorrelated })
  }
  for (const [name, inner] of sortedEntries(schema.dependencies)) {
    if (!Array.isArray(inner)) below(inner, { path: `${path}.dependencies[${name}]` })
  }
  faults.schema.push(...checkKinds(schema, path), ...checkRuleTexts(schema, path))
  // Rules are looked at only where the schema that they speak of is sound.
  const hasRules = (schema['x-kubernetes-validations'] ?? []).length > 0
  if (faults.schema.length > 0 || !compiles || !hasRules) return faults
  if (tree) faults.rules.push(...checkRules(tree, place, check))
  else faults.rules.push(internalFieldError(`${path}.x-kubernetes-validations`, UNTYPED))
  return faults
}

const UNTYPED =
  'internal error: failed to construct type information for x-kubernetes-validations rules: ' +
  'unable to convert structural schema to CEL declarations'

const META = new Set(['metadata', 'kind', 'apiVersion'])

function insideProperty(schema: Schema, name: string, place: SchemaPlace): Partial<SchemaPlace> {
  const mapType = schema['x-kubernetes-map-type'] ?? 'granular'
  const isCorrelated = mapType === 'granular' || mapType === 'atomic'
  const uncorrelated = !isCorrelated && { uncorrelated: place.uncorrelated ?? place.path }
  const isObject = place.isRoot === true || schema['x-kubernetes-embedded-resource'] === true
  if (!isObject || !META.has(name)) return { ...uncorrelated }
  const noDefaults = place.isRoot && { noDefaults: `in top-level ${name}` }
  return { ...uncorrelated, isInMeta: true, ...noDefaults }
}

const TYPES = ['array', 'boolean', 'integer', 'number', 'object', 'string']
const UNIQUE = 'uniqueItems cannot be set to true since the runtime complexity becomes quadratic'

function checkSchema(schema: Schema, place: SchemaPlace): FieldError[] {
  const { path, noDefaults } = place
  const errors: FieldError[] = []
  const ban = (name: string, why = `${name} is not supported`) =>
    errors.push(forbidden(`${path}.${name}`, why))
  const { type = '', additionalProperties: values } = schema
  if (type !== '' && !TYPES.includes(type)) {
    errors.push(notSupported(`${path}.type`, type, TYPES))
  }
  if (schema.default !== undefined && schema.default !== null && noDefaults !== undefined) {
    ban('default', `must not be set ${noDefaults}`)
  }
  for (const name of UNSUPPORTED) if (isGiven(schema[name])) ban(name)
  if (schema.dependencies) ban('dependencies')
  if (schema.$ref !== undefined) ban('$ref')
  if (type === 'null') ban('type', 'type cannot be set to null, use nullable as an alternative')
  if (Array.isArray(schema.items) && schema.items.length > 0) {
    ban('items', 'items must be a schema object and not an array')
  }
  if (place.isInMeta && schema['x-kubernetes-embedded-resource']) {
    ban('x-kubernetes-embedded-resource', 'must not be used inside of resource meta')
  }
  if (schema.uniqueItems) ban('uniqueItems', UNIQUE)
  const has = Object.keys(schema.properties ?? {}).length > 0
  if (has && (values === false || typeof values === 'object')) {
    ban('additionalProperties', 'additionalProperties and properties are mutual exclusive')
  }
  return errors
}

const UNSUPPORTED = ['id', 'additionalItems', 'patternProperties', 'definitions'] as const

function isGiven(value: unknown): boolean {
  if (value === undefined || value === '') return false
  return typeof value !== 'object' || Object.keys(value as object).length > 0
}

function checkKinds(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema['x-kubernetes-preserve-unknown-fields'] === false) {
    const at = `${path}.x-kubernetes-preserve-unknown-fields`
    errors.push(invalid(at, false, 'must be true or undefined'))
  }
  const mapType = schema['x-kubernetes-map-type']
  if (mapType !== undefined && schema.type !== 'object') {
    errors.push(wrongType(schema, path, 'must be object if x-kubernetes-map-type is specified'))
  }
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular') {
    errors.push(notSupported(`${path}.x-kubernetes-map-type`, mapType, ['atomic', 'granular']))
  }
  return [...errors, ...checkListType(schema, path)]
}
