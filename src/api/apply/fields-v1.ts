import { FieldSet } from './field-set.ts'
import { compareElements, parsePathElement, type PathElement } from './path-element.ts'

/** The tree in `managedFields[].fieldsV1`. */
export type FieldsV1 = Record<string, unknown>

/** `.` marks a step that is in the set while something below it is, too. */
const SELF = '.'

export function encodeFields(set: FieldSet): FieldsV1 {
  const out: FieldsV1 = {}
  const elements = new Set<PathElement>([...set.members, ...set.children.keys()])
  for (const element of [...elements].sort(compareElements)) {
    const child = set.children.get(element)
    if (!child || child.isEmpty) {
      if (set.members.has(element)) out[element] = {}
      continue
    }
    out[element] = set.members.has(element)
      ? { [SELF]: {}, ...encodeFields(child) }
      : encodeFields(child)
  }
  return out
}

/** Throws for a tree that is none. */
export function decodeFields(fields: unknown): FieldSet {
  const set = new FieldSet()
  for (const [text, below] of Object.entries(objectOf(fields))) {
    if (text === SELF) continue
    const element = parsePathElement(text)
    const child = objectOf(below)
    const names = Object.keys(child)
    if (names.length === 0 || SELF in child) set.members.add(element)
    if (names.some((name) => name !== SELF)) set.children.set(element, decodeFields(child))
  }
  return set
}

function objectOf(value: unknown): FieldsV1 {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value }
  throw new Error('a set of fields is an object')
}
