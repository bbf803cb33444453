import { isMap, type ListShape } from './apply-type.ts'
import { keyElement, type PathElement, valueElement } from './path-element.ts'

/** What an item of a list that is not atomic is told apart by. Throws with upstream's text. */
export function itemElement(list: ListShape, item: unknown): PathElement {
  return list.keys.length > 0 ? keyedElement(list, item) : setElement(item)
}

/** The same, or undefined for an item that cannot be told apart. */
export function itemElementIf(list: ListShape, item: unknown): PathElement | undefined {
  try {
    return itemElement(list, item)
  } catch {
    return undefined
  }
}

function keyedElement(list: ListShape, item: unknown): PathElement {
  if (item === null) {
    throw new Error('associative list with keys may not have a null element')
  }
  if (!isMap(item)) throw new Error('associative list with keys may not have non-map elements')
  const map = list.item().map
  if (!map) throw new Error('associative list may not have non-map types')
  const keys: Record<string, unknown> = {}
  for (const key of list.keys) {
    const value = Object.hasOwn(item, key) ? item[key] : map.keyDefault(key)
    if (value !== undefined) keys[key] = value
  }
  if (Object.keys(keys).length > 0) return keyElement(keys)
  const names = list.keys.map((key) => JSON.stringify(key)).join(' ')
  throw new Error(
    `associative list with keys has an element that omits all key fields [${names}] ` +
      "(and doesn't have default values for any key fields)",
  )
}

function setElement(item: unknown): PathElement {
  if (item === null) {
    throw new Error("associative list without keys has an element that's an explicit null")
  }
  if (Array.isArray(item)) {
    throw new Error('not supported: associative list with lists as elements')
  }
  if (isMap(item)) {
    throw new Error("associative list without keys has an element that's a map type")
  }
  return valueElement(item)
}
