import type { ApplyType } from './apply-type.ts'
import { FieldSet } from './field-set.ts'

/**
 * The set with all declared fields on the way to its members: a set of `a.b.c` also has `a` when a
 * struct declares it, though not a map's entry.
 */
export function withNamedFields(type: ApplyType, set: FieldSet): FieldSet {
  const members = new Set(set.members)
  const children = new Map<string, FieldSet>()
  for (const [element, child] of set.children) {
    const isField = element.startsWith('f:')
    const name = element.slice(2)
    if (isField && type.map?.field(name)) members.add(element)
    children.set(element, withNamedFields(typeBelow(type, element), child))
  }
  return new FieldSet(members, children)
}

function typeBelow(type: ApplyType, element: string): ApplyType {
  if (element.startsWith('f:') && type.map) {
    return type.map.field(element.slice(2)) ?? type.map.entry?.() ?? {}
  }
  return element.startsWith('k:') && type.list ? type.list.item() : {}
}
