import {
  type ApplyType,
  fieldOf,
  isMap,
  listOf,
  type ListShape,
  type MapShape,
  mapOf,
  narrow,
  shapeOf,
} from './apply-type.ts'
import { FieldSet } from './field-set.ts'
import { itemElementIf } from './items.ts'
import { fieldElement, type PathElement } from './path-element.ts'

/** All fields that a value sets. */
export function toFieldSet(type: ApplyType, value: unknown): FieldSet {
  const set = new FieldSet()
  visit(type, value, [], set)
  return set
}

type Path = readonly PathElement[]

function visit(type: ApplyType, value: unknown, path: Path, set: FieldSet): void {
  const narrowed = narrow(type, value)
  const { map, list } = narrowed
  switch (shapeOf(narrowed)) {
    case 'map':
      if (map?.atomic) set.insert(path)
      else if (map) visitMap(map, mapOf(value), path, set)
      return
    case 'list':
      if (list?.atomic) set.insert(path)
      else if (list) visitList(list, listOf(value), path, set)
      return
    case 'scalar':
      set.insert(path)
  }
}

function visitMap(map: MapShape, value: object, path: Path, set: FieldSet): void {
  for (const [name, item] of Object.entries(value)) {
    const type = fieldOf(map, name)
    if (!type) continue
    const at = [...path, fieldElement(name)]
    visit(type, item, at, set)
    const isEmpty = item === null || (isMap(item) && Object.keys(item).length === 0)
    if (isEmpty || !map.field(name)) set.insert(at)
  }
}

function visitList(list: ListShape, value: readonly unknown[], path: Path, set: FieldSet): void {
  const counts = new Map<PathElement, number>()
  const elements = value.map((item) => itemElementIf(list, item))
  for (const element of elements) {
    if (element !== undefined) counts.set(element, (counts.get(element) ?? 0) + 1)
  }
  for (const [index, item] of value.entries()) {
    const element = elements[index]
    if (element === undefined) continue
    const at = [...path, element]
    // Duplicates are owned as a whole.
    if (counts.get(element) === 1) visit(list.item(), item, at, set)
    set.insert(at)
  }
}
