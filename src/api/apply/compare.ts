import {
  type ApplyType,
  fieldOf,
  listOf,
  type ListShape,
  type MapShape,
  mapOf,
  narrow,
  ownOf,
  shapeOf,
} from './apply-type.ts'
import { sameJson } from './equal.ts'
import { FieldSet } from './field-set.ts'
import { itemElementIf } from './items.ts'
import { fieldElement, type PathElement } from './path-element.ts'

/** An item of a list that nothing tells apart from others, such as one without its key. */
export class UntypedItem extends Error {
  override readonly name = 'UntypedItem'
}

/** What differs between two values. No field is in more than one of the sets. */
export interface Comparison {
  readonly removed: FieldSet
  readonly modified: FieldSet
  readonly added: FieldSet
}

export function compareValues(type: ApplyType, left: unknown, right: unknown): Comparison {
  const out = { removed: new FieldSet(), modified: new FieldSet(), added: new FieldSet() }
  visit(type, { left, right }, [], out)
  return out
}

/** Undefined is absence; null is a value. */
interface Sides {
  readonly left: unknown
  readonly right: unknown
}

type Path = readonly PathElement[]

function visit(type: ApplyType, sides: Sides, path: Path, out: Comparison): void {
  const { left, right } = sides
  // The very same value, shared by both: the usual case within an update.
  if (left === right && (typeof left !== 'object' || left !== null)) return
  // Most of an object stays as it is; looking for paths in that costs more than being sure of it.
  if (typeof left === 'object' && left !== null && sameJson(left, right)) return
  const leftType = narrow(type, left)
  const rightType = narrow(type, right)
  let isLeaf: boolean
  if (right === undefined) isLeaf = visitShape(leftType, sides, path, out)
  else if (left === undefined || sameShapes(leftType, rightType)) {
    isLeaf = visitShape(rightType, sides, path, out)
  } else {
    visitShape(leftType, sides, path, out)
    isLeaf = visitShape(rightType, sides, path, out)
  }
  if (isLeaf) return
  if (left === undefined) out.added.insert(path)
  else if (right === undefined) out.removed.insert(path)
}

const sameShapes = (a: ApplyType, b: ApplyType) =>
  a.map === b.map && a.list === b.list && a.scalar === b.scalar

/** Whether the value was looked at as a whole. */
function visitShape(type: ApplyType, sides: Sides, path: Path, out: Comparison): boolean {
  const { map, list } = type
  switch (shapeOf(type)) {
    case 'map': {
      if (!map) return false
      const maps = { left: mapOf(sides.left), right: mapOf(sides.right) }
      const empty = Object.keys(maps.left).length === 0 && Object.keys(maps.right).length === 0
      if (map.atomic || empty) return leaf(sides, path, out)
      visitMap(map, maps, path, out)
      return false
    }
    case 'list': {
      if (!list) return false
      const lists = { left: listOf(sides.left), right: listOf(sides.right) }
      const empty = lists.left.length === 0 && lists.right.length === 0
      if (list.atomic || empty) return leaf(sides, path, out)
      visitList(list, lists, path, out)
      return false
    }
    case 'scalar':
      return leaf(sides, path, out)
  }
}

function leaf({ left, right }: Sides, path: Path, out: Comparison): true {
  if (left === undefined) out.added.insert(path)
  else if (right === undefined) out.removed.insert(path)
  else if (!sameJson(left, right)) out.modified.insert(path)
  return true
}

type JsonMap = Readonly<Record<string, unknown>>

function visitMap(
  map: MapShape,
  { left, right }: { left: JsonMap; right: JsonMap },
  path: Path,
  out: Comparison,
): void {
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const type = fieldOf(map, name)
    if (!type) continue
    visit(
      type,
      { left: ownOf(left, name), right: ownOf(right, name) },
      [...path, fieldElement(name)],
      out,
    )
  }
}

function visitList(
  list: ListShape,
  lists: { left: readonly unknown[]; right: readonly unknown[] },
  path: Path,
  out: Comparison,
): void {
  const left = byElement(list, lists.left)
  const right = byElement(list, lists.right)
  const type = list.item()
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const was = left.get(element) ?? []
    const is = right.get(element) ?? []
    const at = [...path, element]
    if (was.length <= 1 && is.length <= 1) {
      visit(type, { left: was[0], right: is[0] }, at, out)
    } else if (was.length >= 2 && is.length >= 2) {
      if (!sameJson(was, is)) out.modified.insert(at)
    } else if (was.length >= 2) {
      if (is.length > 0) visit(type, { left: undefined, right: is[0] }, at, out)
      out.removed.insert(at)
    } else {
      if (was.length > 0) visit(type, { left: was[0], right: undefined }, at, out)
      out.added.insert(at)
    }
  }
}

function byElement(list: ListShape, items: readonly unknown[]): Map<PathElement, unknown[]> {
  const found = new Map<PathElement, unknown[]>()
  for (const item of items) {
    const element = itemElementIf(list, item)
    if (element === undefined) throw new UntypedItem()
    const same = found.get(element)
    if (same) same.push(item)
    else found.set(element, [item])
  }
  return found
}
