import type { CustomResourceDefinitionVersion } from '../../apiextensions/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { compileRules, type Schema } from '../../structural/index.ts'
import { forbidden, GoText, invalid } from '../../validation/index.ts'
import { validateDefaults } from './schema-defaults.ts'
import { validateOpenApi } from './schema-open-api.ts'
import { validateSchemaRules } from './schema-rules.ts'
import { validateStructural } from './schema-structural.ts'

/** What may stand at the root when status is a sub-resource, for status is taken out of it. */
const ROOT_WITH_STATUS = new Set([
  'description',
  'type',
  'format',
  'title',
  'maximum',
  'exclusiveMaximum',
  'minimum',
  'exclusiveMinimum',
  'maxLength',
  'minLength',
  'pattern',
  'maxItems',
  'minItems',
  'uniqueItems',
  'multipleOf',
  'required',
  'items',
  'properties',
  'externalDocs',
  'example',
  'x-kubernetes-preserve-unknown-fields',
  'x-kubernetes-validations',
])

/** What may be wrong with the schema of a version. `before`: the version as it was. */
export function validateVersionSchema(
  version: CustomResourceDefinitionVersion,
  before: CustomResourceDefinitionVersion | undefined,
  path: string,
): FieldError[] {
  const schema = version.schema?.openAPIV3Schema
  if (!schema) return []
  const errors: FieldError[] = []
  if (version.subresources?.status) errors.push(...validateRoot(schema, path))
  if (schema.nullable) {
    errors.push(forbidden(`${path}.nullable`, 'nullable cannot be true at the root'))
  }
  const structural = validateStructural(schema, path)
  errors.push(...structural)
  if (structural.length === 0) errors.push(...validateDefaults(schema, path))
  errors.push(...validateOpenApi(schema, path))
  // Rules are compiled against a schema that is whole only.
  if (errors.length > 0) return errors
  const old = before?.schema?.openAPIV3Schema
  return validateSchemaRules(compileRules(schema), path, rulesOf(old))
}

function validateRoot(schema: Schema, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (schema.type !== undefined && schema.type !== 'object') {
    const why =
      'only "object" is allowed as the type at the root of the schema if the status ' +
      'subresource is enabled'
    errors.push(invalid(`${path}.type`, schema.type, why))
  }
  for (const name of Object.keys(schema)) {
    if (ROOT_WITH_STATUS.has(name)) continue
    const why =
      'only [description type format title maximum exclusiveMaximum minimum exclusiveMinimum ' +
      'maxLength minLength pattern maxItems minItems uniqueItems multipleOf required items ' +
      'properties externalDocs example] fields are allowed at the root of the schema if the ' +
      'status subresource is enabled'
    errors.push(invalid(path, new GoText(JSON.stringify(schema)), why))
  }
  return errors
}

// Rules that were stored already are let be, whatever a newer server finds in them.
function rulesOf(schema: Schema | undefined): ReadonlySet<string> {
  const rules = new Set<string>()
  const visit = (at: Schema | undefined) => {
    if (!at) return
    for (const rule of at['x-kubernetes-validations'] ?? []) rules.add(rule.rule)
    if (!Array.isArray(at.items)) visit(at.items)
    if (typeof at.additionalProperties === 'object') visit(at.additionalProperties)
    for (const property of Object.values(at.properties ?? {})) visit(property)
  }
  visit(schema)
  return rules
}
