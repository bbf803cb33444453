import type { FieldDefinition, FieldType } from '../schema/index.ts'

/** Whether a zero of them is something in itself, and not the absence of a thing. */
const NUMBERS_AND_TEXT: ReadonlySet<string> = new Set(['string', 'boolean', 'int32', 'int64'])

/**
 * Whether decoding puts the field's empty value where nothing was given: embedded objects, what is
 * written in any case, and required scalars and lists, which in Go are never absent either.
 */
export function isFilledIn({ type, always, required, nullable }: FieldDefinition): boolean {
  if (type.kind === 'struct') return always && nullable !== true
  if (nullable === true) return false
  if (always && NUMBERS_AND_TEXT.has(type.kind)) return true
  if (!required) return false
  return emptyValueOf(type) !== undefined
}

/** The zero of a type; undefined where there is none but absence. */
export function emptyValueOf(type: FieldType): unknown {
  switch (type.kind) {
    case 'string':
      return ''
    case 'boolean':
      return false
    case 'int32':
    case 'int64':
    case 'double':
    case 'intOrString':
      return 0
    case 'quantity':
      return '0'
    case 'list':
      return []
    case 'json':
      return null
    default:
      return undefined
  }
}
