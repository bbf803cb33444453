import type { FieldDefinition, FieldType, FieldWords, Struct } from '../../../src/api/index.ts'

/** One object to be sent, and where and how it was changed: `spec.ports[0].port=-1`. */
export interface Mutation {
  readonly name: string
  readonly object: unknown
}

export interface MutationOptions {
  /** Structs that are left as they are, by the last part of their names: `PodSpec`. */
  readonly skip?: readonly string[]
  /** Default 12. */
  readonly depthMax?: number
}

type Values = Readonly<Record<string, readonly unknown[]>>

const LONG = 'a'.repeat(300)
/** Odd values of each kind of scalar: wrong types, nothing, limits, and some that are good. */
const SCALARS: Values = {
  string: ['', 'Bad Value!', LONG, 'x', '10.0.0.1', '/x', 'x.io/y', 7],
  boolean: [true, false, 'x'],
  int32: [0, -1, 1, 70_000, 2_147_483_647, 2_147_483_648, 'x', 1.5],
  int64: [0, -1, 1, 2_147_483_648, 'x'],
  double: [0, -1, 1.5, 'x'],
  bytes: ['', 'AAAA', '!!', 7],
  quantity: ['0', '-1', '1500m', '1Gi', 'x', ''],
  intOrString: [0, -1, 1, 70_000, '', 'x', '50%', '150%', '-5%'],
  time: ['', '2020-01-01T00:00:00Z', 'x', 7],
  microTime: ['2020-01-01T00:00:00.000000Z', 'x', 7],
  raw: [{}, { a: 1 }, 'x'],
  json: ['x', 1],
  fieldsV1: [],
}
const SAMPLES: Readonly<Record<string, unknown>> = {
  string: 'a',
  boolean: true,
  int32: 1,
  int64: 1,
  double: 1,
  bytes: 'AAAA',
  quantity: '1',
  intOrString: 1,
  time: '2020-01-01T00:00:00Z',
  microTime: '2020-01-01T00:00:00.000000Z',
  raw: {},
  json: 1,
  fieldsV1: {},
}
const KEYS = ['cpu', 'Bad Key!', 'x.io/y']

/**
 * The object with each of its declared fields, there or not, changed on its own: taken away, empty,
 * too long, wrong in type, doubled in a list. Parts that are absent are made up, and changed, too.
 */
export function mutations(
  struct: Struct<FieldWords>,
  base: unknown,
  options: MutationOptions = {},
): Mutation[] {
  const walk = new Walk(options)
  walk.struct(struct, base, { root: base, at: [] })
  return walk.found
}

type Step = string | number

/** A place in an object. */
interface Place {
  readonly root: unknown
  readonly at: readonly Step[]
}

class Walk {
  readonly found: Mutation[] = []
  readonly #skip: readonly string[]
  readonly #depthMax: number

  constructor({ skip = [], depthMax = 12 }: MutationOptions) {
    this.#skip = skip
    this.#depthMax = depthMax
  }

  struct(of: Struct<FieldWords>, value: unknown, { root, at }: Place): void {
    if (at.length > this.#depthMax || this.#skip.some((name) => of.name.endsWith(`.${name}`)))
      return
    const known = isObject(value) ? value : {}
    for (const [name, field] of Object.entries(of.fields)) {
      if (name === 'managedFields' || (at.length === 0 && /^(apiVersion|kind)$/.test(name)))
        continue
      const path = [...at, name]
      const isThere = known[name] !== undefined
      if (isThere) this.#emit({ root, at: path }, ' absent', undefined)
      // A type within itself ends here.
      if (!isThere && path.filter((step) => step === name).length > 1) continue
      const given = isThere ? known[name] : sampleOf(field, name)
      const full = isThere ? root : replace(root, path, given)
      this.#value(field.type, given, { root: full, at: path })
    }
  }

  #value(type: FieldType, value: unknown, place: Place): void {
    const { root, at } = place
    switch (type.kind) {
      case 'struct':
        for (const odd of [{}, null, 'x']) this.#emit(place, `=${short(odd)}`, odd)
        return this.struct(type.struct(), value, place)
      case 'list': {
        const items = Array.isArray(value) && value.length > 0 ? value : [sample(type.item)]
        for (const odd of [[], {}, [null]]) this.#emit(place, `=${short(odd)}`, odd)
        if (items.length > 1) this.#emit(place, ' first alone', [items[0]])
        this.#emit(place, ' twice', [...items, items[0]])
        const full = replace(root, at, items)
        items.forEach((item, i) => this.#value(type.item, item, { root: full, at: [...at, i] }))
        return
      }
      case 'map': {
        const item = isObject(value) ? Object.values(value)[0] : undefined
        this.#map(type.value, item ?? sample(type.value), place)
        return
      }
      case 'either':
        return
      default:
        if (this.#isAbsent(place, value)) this.#emit(place, `=${short(value)}`, value)
        for (const odd of SCALARS[type.kind] ?? []) {
          if (odd !== value) this.#emit(place, `=${short(odd)}`, odd)
        }
    }
  }

  #map(type: FieldType, item: unknown, place: Place): void {
    for (const odd of [{}, []]) this.#emit(place, `=${short(odd)}`, odd)
    for (const key of [...KEYS, LONG]) {
      this.#emit(place, `.${short(key)}=${short(item)}`, { [key]: item })
    }
    for (const odd of SCALARS[type.kind] ?? []) {
      this.#emit(place, `.a=${short(odd)}`, { a: odd })
    }
  }

  #isAbsent({ root, at }: Place, value: unknown): boolean {
    const there = at.reduce<unknown>((of, step) => (of as Record<Step, unknown>)?.[step], root)
    return there !== value
  }

  #emit({ root, at }: Place, name: string, value: unknown): void {
    this.found.push({ name: `${pathText(at)}${name}`, object: replace(root, at, value) })
  }
}

function short(value: unknown): string {
  if (value === LONG) return '<long>'
  const text = JSON.stringify(value) ?? ''
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

function pathText(at: readonly Step[]): string {
  return at
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : i === 0 ? step : `.${step}`))
    .join('')
}

/** A plausible value with no more than what must be there. */
function sample(type: FieldType): unknown {
  switch (type.kind) {
    case 'list':
      return [sample(type.item)]
    case 'map':
      return { a: sample(type.value) }
    case 'struct': {
      const fields = Object.entries(type.struct().fields)
      const needed = fields.filter(([, field]) => field.required)
      return Object.fromEntries(needed.map(([name, field]) => [name, sampleOf(field, name)]))
    }
    case 'either':
      return {}
    default:
      return SAMPLES[type.kind]
  }
}

function sampleOf(field: FieldDefinition, name: string): unknown {
  if (field.type.kind === 'string' && /path$/i.test(name)) return '/a'
  return sample(field.type)
}

function replace(value: unknown, at: readonly Step[], by: unknown): unknown {
  const [step, ...rest] = at
  if (step === undefined) return by
  if (typeof step === 'number') {
    const items = Array.isArray(value) ? [...value] : []
    items[step] = replace(items[step], rest, by)
    return items
  }
  const copy: Record<string, unknown> = isObject(value) ? { ...value } : {}
  const next = replace(copy[step], rest, by)
  if (next === undefined) delete copy[step]
  else copy[step] = next
  return copy
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
