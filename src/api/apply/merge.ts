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
import { itemElement } from './items.ts'
import { elementText, type PathElement } from './path-element.ts'

/**
 * `right` laid over `left`: what it names is as it says, the rest stays. Undefined is absence.
 * Throws with upstream's text for lists whose items cannot be told apart.
 */
export function mergeValues(type: ApplyType, left: unknown, right: unknown): unknown {
  const leftType = narrow(type, left)
  const rightType = narrow(type, right)
  if (right === undefined) return mergeShape(leftType, left, right)
  return mergeShape(rightType, left, right)
}

function mergeShape(type: ApplyType, left: unknown, right: unknown): unknown {
  const { map, list } = type
  const over = right === undefined ? left : right
  switch (shapeOf(type)) {
    case 'map': {
      const maps = { left: mapOf(left), right: mapOf(right) }
      const empty = Object.keys(maps.left).length === 0 && Object.keys(maps.right).length === 0
      return !map || map.atomic || empty ? over : mergeMaps(map, maps)
    }
    case 'list': {
      const lists = { left: listOf(left), right: listOf(right) }
      const empty = lists.left.length === 0 && lists.right.length === 0
      return !list || list.atomic || empty ? over : mergeLists(list, lists)
    }
    case 'scalar':
      return over
  }
}

type JsonMap = Readonly<Record<string, unknown>>

function mergeMaps(map: MapShape, { left, right }: { left: JsonMap; right: JsonMap }): unknown {
  const out: [string, unknown][] = []
  for (const name of new Set([...Object.keys(left), ...Object.keys(right)])) {
    const type = fieldOf(map, name)
    const merged = type
      ? mergeValues(type, ownOf(left, name), ownOf(right, name))
      : (ownOf(right, name) ?? ownOf(left, name))
    if (merged !== undefined) out.push([name, merged])
  }
  return out.length > 0 ? Object.fromEntries(out) : undefined
}

interface Indexed {
  readonly order: readonly PathElement[]
  /** Undefined for duplicates, which are not merged with anything. */
  readonly values: ReadonlyMap<PathElement, unknown>
}

function index(list: ListShape, items: readonly unknown[], allowDuplicates: boolean): Indexed {
  const order: PathElement[] = []
  const values = new Map<PathElement, unknown>()
  for (const item of items) {
    const element = itemElement(list, item)
    if (!values.has(element)) values.set(element, item)
    else if (allowDuplicates) values.set(element, undefined)
    else throw new Error(`duplicate entries for key ${elementText(element)}`)
    order.push(element)
  }
  return { order, values }
}

/**
 * Items keep the order of the left side, with those of the right before the next item that both
 * have: each side's own order stays, and where the two disagree the right side's wins.
 */
function mergeLists(
  list: ListShape,
  lists: { left: readonly unknown[]; right: readonly unknown[] },
): unknown {
  const right = index(list, lists.right, false)
  const left = index(list, lists.left, true)
  const type = list.item()
  const out: unknown[] = []
  const take = (a: unknown, b: unknown) => {
    const merged = mergeValues(type, a, b)
    if (merged !== undefined) out.push(merged)
  }
  const shared = right.order.filter((element) => left.values.has(element))
  let nextShared = shared.shift()
  const done = new Set<PathElement>()
  const takeRight = (element: PathElement) => {
    done.add(element)
    take(left.values.get(element), right.values.get(element))
  }
  for (let l = 0, r = 0; l < left.order.length || r < right.order.length; ) {
    const a = left.order[l]
    const b = right.order[r]
    if (a !== undefined && b !== undefined) {
      if (a === b) {
        takeRight(a)
        l++
        r++
        nextShared = shared.shift()
        continue
      }
      if (right.values.has(a) && nextShared !== undefined && nextShared !== a) {
        l++
        continue
      }
    }
    if (a !== undefined) {
      if (!right.values.has(a)) {
        take(lists.left[l], undefined)
        l++
        continue
      }
      if (done.has(a)) l++
    }
    if (b !== undefined) {
      takeRight(b)
      r++
      if (nextShared === b) nextShared = shared.shift()
    }
  }
  return out.length > 0 ? out : undefined
}
