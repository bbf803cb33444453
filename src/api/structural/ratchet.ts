import { itemsOf, propertyOf, type Schema } from './node.ts'
import { isObject, sameJson } from './values.ts'

/** What each item of a list was before: found by its keys, where the list has some. */
export function correlate(
  schema: Schema,
  now: readonly unknown[],
  before: readonly unknown[],
): readonly unknown[] {
  if (schema['x-kubernetes-list-type'] !== 'map') return []
  const keys = schema['x-kubernetes-list-map-keys'] ?? []
  const same = (a: unknown, b: unknown) =>
    isObject(a) && isObject(b) && keys.every((key) => sameJson(a[key], b[key]))
  return now.map((item) => before.find((other) => same(item, other)))
}

/** A value beside what it was, where that can be told. */
interface Pair {
  readonly schema: Schema
  readonly value: unknown
  readonly old: unknown
}

/** Whether faults of a part of an object are let be, for it is as it was (KEP-4008). */
export class Ratchet {
  static readonly none: Ratchet = new Ratchet(undefined, undefined)
  /** The part itself, and the nearest one around it that could be told apart. */
  readonly #pair: Pair | undefined
  readonly #parent: Pair | undefined

  constructor(pair: Pair | undefined, parent: Pair | undefined) {
    this.#pair = pair
    this.#parent = parent
  }

  static of(schema: Schema, value: unknown, old: unknown): Ratchet {
    return new Ratchet({ schema, value, old }, undefined)
  }

  holds(): boolean {
    const pair = this.#pair ?? this.#parent
    return pair !== undefined && isSame(pair)
  }

  key(name: string): Ratchet {
    const pair = this.#pair
    if (!pair) return this
    // Which version an object is of shows in these two: they are never as they were.
    if (!this.#parent && (name === 'apiVersion' || name === 'kind')) return Ratchet.none
    return new Ratchet(below(pair, name), pair)
  }

  index(i: number): Ratchet {
    const pair = this.#pair
    return pair ? new Ratchet(itemAt(pair, i), pair) : this
  }
}

function below({ schema, value, old }: Pair, name: string): Pair | undefined {
  if (!isObject(value) || !isObject(old)) return undefined
  if (!Object.hasOwn(value, name) || !Object.hasOwn(old, name)) return undefined
  const inner = propertyOf(schema, name)
  return inner && { schema: inner, value: value[name], old: old[name] }
}

function itemAt({ schema, value, old }: Pair, i: number): Pair | undefined {
  if (!Array.isArray(value) || !Array.isArray(old)) return undefined
  const items = itemsOf(schema)
  const before = correlate(schema, value, old)[i]
  return items && before !== undefined ? { schema: items, value: value[i], old: before } : undefined
}

// Lists that are maps are the same in any order; what has no schema is never the same.
function isSame(pair: Pair): boolean {
  const { schema, value, old } = pair
  if (Array.isArray(value) && Array.isArray(old)) {
    if (value.length !== old.length) return false
    if (schema['x-kubernetes-list-type'] !== 'map') return sameJson(value, old)
    return value.every((_, i) => {
      const item = itemAt(pair, i)
      return item !== undefined && isSame(item)
    })
  }
  if (!isObject(value) || !isObject(old)) return sameJson(value, old)
  const names = Object.keys(value)
  if (names.length !== Object.keys(old).length) return false
  return names.every((name) => {
    const inner = below(pair, name)
    return inner !== undefined && isSame(inner)
  })
}
