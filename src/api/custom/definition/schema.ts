import { type CustomResourceDefinitionVersion, JSONSchemaProps } from '../../apiextensions/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { semanticEqual } from '../../strategy/index.ts'
import { compileRules, type Schema } from '../../structural/index.ts'
import { forbidden, goText, invalid } from '../../validation/index.ts'
import { validateDefaults } from './schema-defaults.ts'
import { validateOpenApi } from './schema-open-api.ts'
import type { SchemaCheck } from './schema-place.ts'
import { totalCostErrors } from './schema-rules.ts'
import { validateStructural } from './schema-structural.ts'
import { hasContent, unreadable } from './schema-walk.ts'

/** What may stand at the root when status is a sub-resource, for status is taken out of it. */
const ROOT_WITH_STATUS: ReadonlyMap<string, string> = new Map([
  ['description', 'Description'],
  ['type', 'Type'],
  ['format', 'Format'],
  ['title', 'Title'],
  ['maximum', 'Maximum'],
  ['exclusiveMaximum', 'ExclusiveMaximum'],
  ['minimum', 'Minimum'],
  ['exclusiveMinimum', 'ExclusiveMinimum'],
  ['maxLength', 'MaxLength'],
  ['minLength', 'MinLength'],
  ['pattern', 'Pattern'],
  ['maxItems', 'MaxItems'],
  ['minItems', 'MinItems'],
  ['uniqueItems', 'UniqueItems'],
  ['multipleOf', 'MultipleOf'],
  ['required', 'Required'],
  ['items', 'Items'],
  ['properties', 'Properties'],
  ['externalDocs', 'ExternalDocs'],
  ['example', 'Example'],
  ['x-kubernetes-preserve-unknown-fields', 'XPreserveUnknownFields'],
  ['x-kubernetes-validations', 'XValidations'],
])

/**
 * What may be wrong with the schema of a version. `before`: the version as it was. `hasStatus`:
 * whether status is a sub-resource.
 */
export function validateVersionSchema(
  version: CustomResourceDefinitionVersion,
  before: CustomResourceDefinitionVersion | undefined,
  of: { path: string; hasStatus: boolean },
): FieldError[] {
  const schema = version.schema?.openAPIV3Schema
  if (!schema) return []
  const { path } = of
  const errors: FieldError[] = []
  if (of.hasStatus) errors.push(...validateRoot(schema, path))
  if (schema.nullable) {
    errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'))
  }
  const unread = unreadable(schema)
  const structural = unread === undefined ? checkStructure(schema, path) : []
  errors.push(...structural)
  const isSound = unread === undefined && structural.length === 0
  const tree = isSound ? compileRules(schema) : undefined
  const check: SchemaCheck = {
    costs: [],
    ignoresCost: before !== undefined && semanticEqual(before.schema, version.schema),
  }
  const found = validateOpenApi(schema, { path, isRoot: true, tree, compiles: isSound }, check)
  errors.push(...found.schema, ...found.rules)
  if (errors.length === 0 && unread !== undefined) errors.push(invalid(path, '', unread))
  return [...errors, ...totalCostErrors(check.costs, path)]
}

function checkStructure(schema: Schema, path: string): FieldError[] {
  const errors = validateStructural(schema, path)
  return errors.length > 0 ? errors : validateDefaults(schema, path)
}

function validateRoot(schema: Schema, path: string): FieldError[] {
  // In the order of the fields of upstream's type, of which the first fault is told.
  const names = Object.keys(JSONSchemaProps.fields) as (keyof Schema)[]
  for (const name of names) {
    if (!hasContent(schema[name])) continue
    if (name === 'type') {
      if (schema.type === 'object') continue
      const why =
        'only "object" is allowed as the type at the root of the schema if the status ' +
        'subresource is enabled'
      return [invalid(`${path}.type`, schema.type, why)]
    }
    if (ROOT_WITH_STATUS.has(name)) continue
    const allowed = [...ROOT_WITH_STATUS.values()].join(' ')
    const why =
      `only [${allowed}] fields are allowed at the root of the schema if the status ` +
      'subresource is enabled'
    return [invalid(path, goText(JSONSchemaProps, schema), why)]
  }
  return []
}
