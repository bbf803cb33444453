import { JsonObject } from './json.ts'
import {
  CelList,
  CelMap,
  type CelValue,
  Duration,
  Opaque,
  Optional,
  Timestamp,
  TypeValue,
  Uint,
} from './values.ts'

/** CEL's equality: numbers of all types compare by value, other types never are equal. */
export function equal(a: CelValue, b: CelValue): boolean {
  if (a === b) return true
  if (a === null || b === null) return false
  const order = compareNumbers(a, b)
  if (order !== undefined) return order === 0
  if (typeof a !== 'object' || typeof b !== 'object') return false
  return equalObjects(a, b)
}

type ObjectValue = Exclude<CelValue, boolean | bigint | number | string | null>

function equalObjects(a: ObjectValue, b: ObjectValue): boolean {
  if (a instanceof Uint8Array) {
    return b instanceof Uint8Array && Buffer.compare(a, b) === 0
  }
  if (a instanceof Timestamp) return b instanceof Timestamp && a.ns === b.ns
  if (a instanceof Duration) return b instanceof Duration && a.ns === b.ns
  if (a instanceof TypeValue) return b instanceof TypeValue && a.name === b.name
  if (a instanceof CelList) return b instanceof CelList && equalLists(a, b)
  if (a instanceof CelMap) return b instanceof CelMap && equalMaps(a, b)
  if (a instanceof Opaque) return b instanceof Opaque && a.equals(b)
  if (!(a instanceof Optional) || !(b instanceof Optional)) return false
  if (a.value === undefined || b.value === undefined) return a.value === b.value
  return equal(a.value, b.value)
}

function equalLists(a: CelList, b: CelList): boolean {
  if (a.size !== b.size) return false
  const kind = a.listType ?? b.listType
  const keys = a.mapKeys.length > 0 ? a.mapKeys : b.mapKeys
  if (kind === 'set') return [...a].every((x) => [...b].some((y) => equal(x, y)))
  if (kind === 'map') {
    return [...a].every((x) => [...b].some((y) => sameKeys(x, y, keys) && equal(x, y)))
  }
  for (let i = 0; i < a.size; i++) if (!equal(a.at(i), b.at(i))) return false
  return true
}

/** Whether two items of a list-map have the same keys. */
export function sameKeys(a: CelValue, b: CelValue, keys: readonly string[]): boolean {
  if (!(a instanceof CelMap) || !(b instanceof CelMap)) return false
  return keys.every((key) => equal(a.get(key) ?? null, b.get(key) ?? null))
}

function equalMaps(a: CelMap, b: CelMap): boolean {
  if (a instanceof JsonObject !== b instanceof JsonObject && a.typeName !== b.typeName) return false
  if (a.size !== b.size) return false
  for (const key of a.keys()) {
    const other = b.get(key)
    if (other === undefined || !equal(a.get(key) ?? null, other)) return false
  }
  return true
}

/** Order of two numbers of any types; undefined when one is none. NaN is in no order: NaN. */
export function compareNumbers(a: CelValue, b: CelValue): number | undefined {
  const x = a instanceof Uint ? a.value : a
  const y = b instanceof Uint ? b.value : b
  const isNumber = (v: unknown) => typeof v === 'bigint' || typeof v === 'number'
  if (!isNumber(x) || !isNumber(y)) return undefined
  if (Number.isNaN(x) || Number.isNaN(y)) return Number.NaN
  const [p, q] = [x as bigint | number, y as bigint | number]
  if (p < q) return -1
  return p > q ? 1 : 0
}

/** Order of two values; undefined when there is none. */
export function compare(a: CelValue, b: CelValue): number | undefined {
  const numbers = compareNumbers(a, b)
  if (numbers !== undefined) return numbers
  if (typeof a === 'string' && typeof b === 'string') return compareStrings(a, b)
  if (typeof a === 'boolean' && typeof b === 'boolean') return Number(a) - Number(b)
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b)
  const times =
    (a instanceof Timestamp && b instanceof Timestamp) ||
    (a instanceof Duration && b instanceof Duration)
  if (!times) return undefined
  const [x, y] = [a.ns, b.ns]
  return x < y ? -1 : x > y ? 1 : 0
}

// By code points, as Go's bytes of UTF-8 do; JavaScript's own order is that of UTF-16.
function compareStrings(a: string, b: string): number {
  if (a === b) return 0
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
