import type { FieldError } from '../../schema/index.ts'
import { isEmbedded, type Schema } from '../../structural/index.ts'
import { forbidden, invalid } from '../../validation/index.ts'
import { DOCS, hasContent } from './schema-walk.ts'

const ALLOWED = new Set(['name', 'generateName'])

/** The schema of metadata: an object, of which the root's may restrict the names alone. */
export function validateMetadataSchema(
  schema: Schema,
  path: string,
  isRoot: boolean,
): FieldError[] {
  const metadata = schema.properties?.['metadata']
  if (!metadata) return []
  const errors: FieldError[] = []
  const at = `${path}.properties[metadata]`
  if ((isRoot || isEmbedded(schema)) && metadata.type !== 'object') {
    errors.push(invalid(`${at}.type`, metadata.type ?? '', 'must be object'))
  }
  if (!isRoot) return errors
  const names = Object.keys(metadata.properties ?? {})
  const says = Object.entries(metadata).some(
    ([name, value]) => !SET_ASIDE.has(name) && hasContent(value),
  )
  if (!says && names.every((name) => ALLOWED.has(name))) return errors
  const why =
    'must not specify anything other than name and generateName, but metadata is implicitly ' +
    'specified'
  return [...errors, forbidden(at, why)]
}

const SET_ASIDE = new Set(['type', 'default', 'properties', ...DOCS])
