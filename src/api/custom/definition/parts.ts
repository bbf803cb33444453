import type {
  CustomResourceColumnDefinition,
  CustomResourceDefinitionVersion,
  CustomResourceSubresourceScale,
} from '../../apiextensions/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, invalid, required, tooMany } from '../../validation/index.ts'
import { readFieldPath, type Schema } from '../../structural/index.ts'
import { unreadable } from './schema-walk.ts'

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
  if (text.startsWith('.')) return []
  return [invalid(path, text, 'must be a simple json path starting with .')]
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

/** `isHere`: whether the schema stands beside the fields, of a version or of the whole. */
export function validateSelectableFields(
  version: CustomResourceDefinitionVersion,
  on: { path: string; isTop: boolean; isHere: boolean },
): FieldError[] {
  const fields = version.selectableFields ?? []
  if (fields.length === 0) return []
  const path = `${on.path}.selectableFields`
  const schema = on.isHere ? version.schema?.openAPIV3Schema : undefined
  if (!schema) {
    const when = on.isTop
      ? 'when validations.schema is included'
      : 'when version.schema.openAPIV3Schema is not included'
    return [invalid(path, '', `selectableFields may only be set ${when}`)]
  }
  const errors: FieldError[] = []
  const unread = unreadable(schema)
  if (unread !== undefined) errors.push(invalid(`${on.path}.schema.openAPIV3Schema`, '', unread))
  const seen = new Set<string>()
  for (const [i, { jsonPath }] of fields.entries()) {
    errors.push(...validateField(jsonPath, schema, { path: `${path}[${i}].jsonPath`, seen }))
  }
  if (seen.size > SELECTABLE_MAX) errors.push(tooMany(path, seen.size, SELECTABLE_MAX))
  return errors
}

const SELECTABLE_TYPES = new Set(['string', 'boolean', 'integer'])

function validateField(
  text: string,
  schema: Schema,
  { path, seen }: { path: string; seen: Set<string> },
): FieldError[] {
  if (!text) return [required(path)]
  const read = readFieldPath(text, schema, { brackets: false })
  if ('fault' in read) return [invalid(path, text, `is an invalid path: ${read.fault}`)]
  const errors: FieldError[] = []
  if (read.root === 'metadata') {
    errors.push(invalid(path, text, 'must not point to fields in metadata'))
  }
  if (!SELECTABLE_TYPES.has(read.schema?.type ?? '')) {
    const why =
      'must point to a field of type string, boolean or integer. ' +
      'Enum string fields and strings with formats are allowed.'
    errors.push(invalid(path, text, why))
  }
  if (seen.has(read.path)) errors.push(duplicate(path, text))
  seen.add(read.path)
  return errors
}
