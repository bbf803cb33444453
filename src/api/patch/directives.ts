import type { FieldWords, Struct } from '../schema/index.ts'
import { isObject } from './values.ts'

export const DIRECTIVE = '$patch'
export const RETAIN_KEYS = '$retainKeys'
export const DELETE_PREFIX = '$deleteFromPrimitiveList/'
export const ORDER_PREFIX = '$setElementOrder/'

/** The declared type of what is merged; undefined inside maps and opaque values. */
export type Schema = Struct<FieldWords> | undefined

/** A value that is new: without nulls, and without the directives in it. */
export function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) {
    return value.map(withoutDirectives).filter((item) => item !== undefined)
  }
  if (!isObject(value)) return value
  if (DIRECTIVE in value) return undefined
  const entries = Object.entries(value).flatMap(([key, inner]): [string, unknown][] => {
    if (inner === null || key === RETAIN_KEYS) return []
    if (key.startsWith(DELETE_PREFIX) || key.startsWith(ORDER_PREFIX)) return []
    const kept = withoutDirectives(inner)
    return kept === undefined ? [] : [[key, kept]]
  })
  return Object.fromEntries(entries)
}
