import {
  type ApplyType,
  fieldOf,
  isMap,
  type ListShape,
  type MapShape,
  narrow,
  shapeOf,
} from './apply-type.ts'
import type { FieldSet } from './field-set.ts'
import { itemElementIf } from './items.ts'
import { fieldElement } from './path-element.ts'

/** The value without the fields in `items`. Atomic parts stay whole or go whole. */
export function removeFields(type: ApplyType, value: unknown, items: FieldSet): unknown {
  const narrowed = narrow(type, value)
  const { map, list } = narrowed
  switch (shapeOf(narrowed)) {
    case 'map':
      return map && isMap(value) ? removeFromMap(map, value, items) : null
    case 'list':
      return list && Array.isArray(value) ? removeFromList(list, value, items) : null
    case 'scalar':
      return value
  }
}

function removeFromMap(map: MapShape, value: object, items: FieldSet): unknown {
  if (map.atomic) return null
  const out: [string, unknown][] = []
  for (const [name, item] of Object.entries(value)) {
    const element = fieldElement(name)
    if (items.members.has(element)) continue
    const below = items.children.get(element)
    const type = fieldOf(map, name)
    out.push([name, below && !below.isEmpty && type ? removeFields(type, item, below) : item])
  }
  return out.length > 0 ? Object.fromEntries(out) : null
}

function removeFromList(list: ListShape, value: readonly unknown[], items: FieldSet): unknown {
  if (list.atomic) return null
  const out: unknown[] = []
  for (const item of value) {
    const element = itemElementIf(list, item)
    if (element !== undefined && items.members.has(element)) continue
    const below = element === undefined ? undefined : items.children.get(element)
    out.push(below && !below.isEmpty ? removeFields(list.item(), item, below) : item)
  }
  return out.length > 0 ? out : null
}
