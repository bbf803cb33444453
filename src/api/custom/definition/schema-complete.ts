import type { FieldError } from '../../schema/index.ts'
import { itemsOf, type Schema } from '../../structural/index.ts'
import { required } from '../../validation/index.ts'
import { sortedEntries } from './schema-walk.ts'

/** A combination, and where the same part of the value is declared outside of it. */
interface Pair {
  readonly at: string
  readonly path: string
}

/** What a combination speaks of must be declared outside of it. */
export function validateCompleteness(schema: Schema, path: string): FieldError[] {
  return combinations(schema, schema, { at: path, path })
}

function combinations(inner: Schema, outer: Schema, { at, path }: Pair): FieldError[] {
  const errors: FieldError[] = []
  if (inner.not) errors.push(...nested(inner.not, outer, { at: `${at}.not`, path }))
  for (const part of ['allOf', 'anyOf', 'oneOf'] as const) {
    for (const [i, one] of (inner[part] ?? []).entries()) {
      errors.push(...nested(one, outer, { at: `${at}.${part}[${i}]`, path }))
    }
  }
  return errors
}

function nested(inner: Schema, outer: Schema | undefined, on: Pair): FieldError[] {
  if (!outer) return [required(on.path, `because it is defined in ${on.at}`)]
  const errors = combinations(inner, outer, on)
  const items = itemsOf(inner)
  if (items) {
    const below = { at: `${on.at}.items`, path: `${on.path}.items` }
    errors.push(...nested(items, itemsOf(outer), below))
  }
  for (const [name, property] of sortedEntries(inner.properties)) {
    const part = `properties[${name}]`
    const below = { at: `${on.at}.${part}`, path: `${on.path}.${part}` }
    errors.push(...nested(property, outer.properties?.[name], below))
  }
  return errors
}
