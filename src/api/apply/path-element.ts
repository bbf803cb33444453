/**
 * One step of a path, in the form in which `fieldsV1` writes it (KEP-555): `f:name` is a field,
 * `k:{"name":"a"}` the item of a keyed list, `v:"x"` an item of a set, `i:0` a place in a list.
 * Steps are equal when their texts are, for keys stand in order.
 */
export type PathElement = string

export const fieldElement = (name: string): PathElement => `f:${name}`
export const valueElement = (value: unknown): PathElement => `v:${JSON.stringify(value)}`

export function keyElement(keys: Readonly<Record<string, unknown>>): PathElement {
  const sorted = Object.entries(keys).sort(([a], [b]) => (a < b ? -1 : 1))
  return `k:{${sorted.map(([k, v]) => `${JSON.stringify(k)}:${JSON.stringify(v)}`).join(',')}}`
}

/** The element in its canonical form. Throws for a text that is none. */
export function parsePathElement(text: string): PathElement {
  const content = text.slice(2)
  switch (text.slice(0, 2)) {
    case 'f:':
      return text
    case 'v:':
      return valueElement(JSON.parse(content))
    case 'k:': {
      const keys: unknown = JSON.parse(content)
      if (typeof keys !== 'object' || keys === null) throw new Error(`no keys: ${text}`)
      return keyElement({ ...keys })
    }
    case 'i:':
      if (/^-?\d+$/.test(content)) return text
      throw new Error(`no index: ${text}`)
    default:
      throw new Error(text.length < 2 ? 'key must be 2 characters long' : `no element: ${text}`)
  }
}

/** As messages show it: `.spec`, `[name="a"]`, `[="x"]`, `[0]`. */
export function elementText(element: PathElement): string {
  const content = element.slice(2)
  switch (element[0]) {
    case 'f':
      return `.${content}`
    case 'v':
      return `[=${content}]`
    case 'k': {
      const keys = JSON.parse(content) as Record<string, unknown>
      return `[${Object.entries(keys)
        .map(([name, value]) => `${name}=${JSON.stringify(value)}`)
        .join(',')}]`
    }
    default:
      return `[${content}]`
  }
}

export function pathText(path: readonly PathElement[]): string {
  return path.map(elementText).join('')
}

const RANK: Readonly<Record<string, number>> = { f: 0, k: 1, v: 2, i: 3 }

/** Upstream's order: fields, keys, values, indexes; each by what it holds. */
export function compareElements(a: PathElement, b: PathElement): number {
  const rank = (RANK[a[0] ?? ''] ?? 4) - (RANK[b[0] ?? ''] ?? 4)
  if (rank !== 0 || a === b) return rank
  if (a[0] === 'f') return a < b ? -1 : 1
  if (a[0] === 'k') return compareKeys(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)))
  return compareScalars(JSON.parse(a.slice(2)), JSON.parse(b.slice(2)))
}

function compareKeys(a: Record<string, unknown>, b: Record<string, unknown>): number {
  const left = Object.entries(a)
  const right = Object.entries(b)
  for (const [index, [name, value]] of left.entries()) {
    const other = right[index]
    if (!other) return 1
    if (name !== other[0]) return name < other[0] ? -1 : 1
    const order = compareScalars(value, other[1])
    if (order !== 0) return order
  }
  return left.length - right.length
}

const TYPES = ['number', 'string', 'boolean', 'object']

function compareScalars(a: unknown, b: unknown): number {
  const type = TYPES.indexOf(typeof a) - TYPES.indexOf(typeof b)
  if (type !== 0) return type
  if (typeof a === 'number' && typeof b === 'number') return a - b
  const [left, right] = [String(a), String(b)]
  if (left === right) return 0
  return left < right ? -1 : 1
}
