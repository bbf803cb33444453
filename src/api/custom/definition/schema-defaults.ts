import type { FieldError } from '../../schema/index.ts'
import {
  compileRules,
  goJson,
  isEmbedded,
  isObject,
  itemsOf,
  type JsonObject,
  prune,
  type Schema,
  validateRules,
  validateSchema,
} from '../../structural/index.ts'
import { describeErrors, invalid } from '../../validation/index.ts'
import { malformedEmbedded, validateEmbedded } from '../embedded.ts'
import { sortedEntries } from './schema-walk.ts'

/** What surrounds a default within the object of the API that it is part of. */
type Surround = (value: unknown) => unknown

interface Place {
  readonly path: string
  /** The object of the API that the schema is part of. */
  readonly root: Schema
  readonly surround: Surround
  readonly isInMeta: boolean
}

/** Defaults must be values that the schema takes, and nothing of them may be pruned. */
export function validateDefaults(schema: Schema, path: string): FieldError[] {
  const root = { ...schema, 'x-kubernetes-embedded-resource': true }
  return defaultsAt(root, { path, root, surround: (value) => value, isInMeta: false })
}

const META = new Set(['metadata', 'apiVersion', 'kind'])

// Values of maps have no defaults worth looking at: upstream passes over them.
function defaultsAt(schema: Schema, given: Place): FieldError[] {
  const place = isEmbedded(schema)
    ? { ...given, root: schema, surround: (value: unknown) => value, isInMeta: false }
    : given
  const { path, surround } = place
  const errors: FieldError[] = []
  if ((schema.default ?? null) !== null) errors.push(...checkDefault(schema, place))
  const items = itemsOf(schema)
  if (items) {
    const below = { path: `${path}.items`, surround: (value: unknown) => surround([value]) }
    errors.push(...defaultsAt(items, { ...place, ...below }))
  }
  for (const [name, property] of sortedEntries(schema.properties)) {
    const below = {
      path: `${path}.properties[${name}]`,
      surround: (value: unknown) => surround({ [name]: value }),
      isInMeta: place.isInMeta || (isEmbedded(schema) && META.has(name)),
    }
    errors.push(...defaultsAt(property, { ...place, ...below }))
  }
  return errors
}

function checkDefault(schema: Schema, place: Place): FieldError[] {
  const path = `${place.path}.default`
  const value = structuredClone(schema.default)
  if (place.isInMeta) {
    const why = metadataFault(value, place)
    if (why !== undefined) {
      return [invalid(path, goJson(value), `must result in valid metadata: ${why}`)]
    }
    return checkValue(schema, value, place)
  }
  const errors: FieldError[] = []
  const pruned = structuredClone(value)
  if (prune(schema, pruned, { isRoot: isEmbedded(schema) }).length > 0) {
    errors.push(invalid(path, goJson(value), 'must not have unknown fields'))
  }
  const on = { isRoot: isEmbedded(schema) }
  const malformed = malformedEmbedded(schema, value, path, on)
  if (malformed) return [...errors, malformed]
  const embedded = validateEmbedded(schema, value, path, on)
  return [...errors, ...(embedded.length > 0 ? embedded : checkValue(schema, value, place))]
}

function metadataFault(value: unknown, { root, surround }: Place): string | undefined {
  const whole = surround(value)
  if (!isObject(whole)) return undefined
  const object: JsonObject = { kind: 'Validation', apiVersion: 'validation/v1', ...whole }
  const malformed = malformedEmbedded(root, object, '', { isRoot: true })
  const errors = malformed ? [malformed] : validateEmbedded(root, object, '', { isRoot: true })
  return errors.length > 0 ? describeErrors(errors) : undefined
}

function checkValue(schema: Schema, value: unknown, place: Place): FieldError[] {
  const path = `${place.path}.default`
  const errors = validateSchema(schema, value, { base: path })
  if (errors.length > 0) return errors
  const tree = compileRules(schema, { isRoot: schema === place.root, times: 1 })
  if (!tree) return []
  // As what was there before, too: a rule may speak of that.
  const kept = validateRules(tree, value, { old: value, path, ratchets: false })
  return kept.length > 0 ? kept : validateRules(tree, value, { path })
}
