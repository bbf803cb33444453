import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from '../../apiextensions/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, invalid, required, tooMany } from '../../validation/index.ts'
import { parseJsonPath } from '../json-path.ts'
import { propertyOf, type Schema } from '../../structural/index.ts'

const TYPES = ['boolean', 'date', 'integer', 'number', 'string']
const FORMATS = ['byte', 'date', 'date-time', 'double', 'float', 'int32', 'int64', 'password']

export function validateColumns(
  columns: readonly CustomResourceColumnDefinition[],
  path: string,
): FieldError[] {
  return columns.flatMap((column, i) => validateColumn(column, `${path}[${i}]`))
}

function validateColumn(column: CustomResourceColumnDefinition, path: string): FieldError[] {
  const errors: FieldError[] = []
  const { name, type, format = '', jsonPath } = column
  if (!name) errors.push(required(`${path}.name`))
  const types = `must be one of ${TYPES.join(',')}`
  if (!type) errors.push(required(`${path}.type`, types))
  else if (!TYPES.includes(type)) errors.push(invalid(`${path}.type`, type, types))
  if (format !== '' && !FORMATS.includes(format)) {
    errors.push(invalid(`${path}.format`, format, `must be one of ${FORMATS.join(',')}`))
  }
  if (!jsonPath) errors.push(required(`${path}.JSONPath`))
  else errors.push(...validateSimplePath(jsonPath, `${path}.JSONPath`))
  return errors
}

function validateSimplePath(text: string, path: string): FieldError[] {
  if (!text.startsWith('.')) {
    return [invalid(path, text, 'must be a simple json path starting with .')]
  }
  if (!parseJsonPath(text)) return [invalid(path, text, 'must be a simple json path')]
  return []
}

export function validateScale(
  scale: CustomResourceSubresourceScale | undefined,
  path: string,
): FieldError[] {
  if (!scale) return []
  const under = (name: keyof CustomResourceSubresourceScale, roots: string[], why: string) => {
    const text = scale[name] ?? ''
    const at = `${path}.${name}`
    if (text === '') return name === 'labelSelectorPath' ? [] : [required(at)]
    const errors = validateSimplePath(text, at)
    if (errors.length > 0 || roots.some((root) => text.startsWith(root))) return errors
    return [invalid(at, text, why)]
  }
  return [
    ...under('specReplicasPath', ['.spec.'], 'should be a json path under .spec'),
    ...under('statusReplicasPath', ['.status.'], 'should be a json path under .status'),
    ...under(
      'labelSelectorPath',
      ['.spec.', '.status.'],
      'should be a json path under either .spec or .status',
    ),
  ]
}

/** Fields by which one version can be selected at most. */
const SELECTABLE_MAX = 8

export function validateSelectableFields(
  version: CustomResourceDefinitionVersion,
  path: string,
): FieldError[] {
  const fields = version.selectableFields ?? []
  const errors: FieldError[] = []
  const seen = new Set<string>()
  for (const [i, { jsonPath }] of fields.entries()) {
    const at = `${path}[${i}].jsonPath`
    if (!jsonPath) {
      errors.push(required(at))
      continue
    }
    if (seen.has(jsonPath)) errors.push(duplicate(at, jsonPath))
    seen.add(jsonPath)
    const why = selectableFault(jsonPath, version.schema?.openAPIV3Schema)
    if (why) errors.push(invalid(at, jsonPath, why))
  }
  if (fields.length > SELECTABLE_MAX) errors.push(tooMany(path, fields.length, SELECTABLE_MAX))
  return errors
}

function selectableFault(text: string, schema: Schema | undefined): string | undefined {
  if (!text.startsWith('.')) return 'must be a simple json path starting with .'
  const names = parseJsonPath(text)?.names
  if (!names || names.length === 0) return 'must be a simple json path'
  if (names[0] === 'metadata') return 'must not point to fields in metadata'
  let at = schema
  for (const name of names) at = at?.type === 'object' ? propertyOf(at, name) : undefined
  if (!at) return 'must refer to a field specified in the schema'
  if (['string', 'boolean', 'integer'].includes(at.type ?? '')) return undefined
  return 'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.'
}
