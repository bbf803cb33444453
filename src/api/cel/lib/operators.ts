import { CelError } from '../errors.ts'
import { compare, equal, sameKeys } from '../equality.ts'
import { fn, type Overload, sig, TRAVERSAL } from '../functions.ts'
import { durationOf, timestampOf } from '../time.ts'
import { type CelType, listOf, mapOf, optionalOf, T } from '../types.ts'
import {
  ArrayList,
  CelList,
  CelMap,
  type CelValue,
  describeKey,
  type Duration,
  INT_MAX,
  INT_MIN,
  Optional,
  type Timestamp,
  Uint,
  UINT_MAX,
} from '../values.ts'

const ORDERED: readonly CelType[] = [
  T.bool,
  T.int,
  T.uint,
  T.double,
  T.string,
  T.bytes,
  T.timestamp,
  T.duration,
]
const NUMBERS: readonly CelType[] = [T.int, T.uint, T.double]

/** What the operators mean; `&&`, `||`, `?:` and equality are the evaluator's own. */
export function operators(): Overload[] {
  return [...logic(), ...comparisons(), ...arithmetic(), ...times(), ...containers()]
}

const unreachable = () => {
  throw new CelError('no such overload')
}

function logic(): Overload[] {
  return [
    fn('_&&_', sig([T.bool, T.bool], T.bool), unreachable),
    fn('_||_', sig([T.bool, T.bool], T.bool), unreachable),
    fn('_?_:_', sig([T.bool, T.a, T.a], T.a), unreachable),
    fn('_==_', sig([T.a, T.a], T.bool), unreachable),
    fn('_!=_', sig([T.a, T.a], T.bool), unreachable),
    fn('!_', sig([T.bool], T.bool), ([a]) => a !== true),
  ]
}

function comparisons(): Overload[] {
  const tests: readonly (readonly [string, (order: number) => boolean])[] = [
    ['_<_', (order) => order < 0],
    ['_<=_', (order) => order <= 0],
    ['_>_', (order) => order > 0],
    ['_>=_', (order) => order >= 0],
  ]
  const pairs: (readonly [CelType, CelType])[] = ORDERED.map((type) => [type, type] as const)
  for (const a of NUMBERS) for (const b of NUMBERS) if (a !== b) pairs.push([a, b])
  const cost = ([n = 1, m = 1]: readonly number[]) =>
    Math.max(1, Math.ceil(Math.min(n, m) * TRAVERSAL))
  return tests.flatMap(([name, test]) =>
    pairs.map(([a, b]) =>
      fn(
        name,
        sig([a, b], T.bool),
        ([x = null, y = null]) => {
          const order = compare(x, y)
          if (order === undefined) throw new CelError('no such overload')
          return test(order)
        },
        { cost },
      ),
    ),
  )
}

const int = (value: bigint): bigint => {
  if (value < INT_MIN || value > INT_MAX) throw new CelError('integer overflow')
  return value
}
const uint = (value: bigint): Uint => {
  if (value < 0n || value > UINT_MAX) throw new CelError('unsigned integer overflow')
  return new Uint(value)
}

type Compute = { big: (a: bigint, b: bigint) => bigint; real?: (a: number, b: number) => number }

function arithmetic(): Overload[] {
  const nonZero = (b: bigint, what: string) => {
    if (b === 0n) throw new CelError(what)
    return b
  }
  const all: Readonly<Record<string, Compute>> = {
    '_+_': { big: (a, b) => a + b, real: (a, b) => a + b },
    '_-_': { big: (a, b) => a - b, real: (a, b) => a - b },
    '_*_': { big: (a, b) => a * b, real: (a, b) => a * b },
    '_/_': { big: (a, b) => a / nonZero(b, 'division by zero'), real: (a, b) => a / b },
    '_%_': { big: (a, b) => a % nonZero(b, 'modulus by zero') },
  }
  const numeric = Object.entries(all).flatMap(([name, { big, real }]) => [
    fn(name, sig([T.int, T.int], T.int), ([a, b]) => int(big(a as bigint, b as bigint))),
    fn(name, sig([T.uint, T.uint], T.uint), ([a, b]) =>
      uint(big((a as Uint).value, (b as Uint).value)),
    ),
    ...(real
      ? [fn(name, sig([T.double, T.double], T.double), ([a, b]) => real(a as number, b as number))]
      : []),
  ])
  return [
    ...numeric,
    fn('-_', sig([T.int], T.int), ([a]) => int(-(a as bigint))),
    fn('-_', sig([T.double], T.double), ([a]) => -(a as number)),
    ...concatenation(),
  ]
}

function concatenation(): Overload[] {
  const add = ([n = 0, m = 0]: readonly number[]) => n + m
  const cost = ([n = 0, m = 0]: readonly number[]) => Math.max(1, Math.ceil((n + m) * TRAVERSAL))
  return [
    fn('_+_', sig([T.string, T.string], T.string), ([a, b]) => (a as string) + (b as string), {
      cost,
      resultSize: add,
    }),
    fn(
      '_+_',
      sig([T.bytes, T.bytes], T.bytes),
      ([a, b]) => new Uint8Array(Buffer.concat([a as Uint8Array, b as Uint8Array])),
      { cost, resultSize: add },
    ),
    fn(
      '_+_',
      sig([listOf(T.a), listOf(T.a)], listOf(T.a)),
      ([a, b]) => joinLists(a as CelList, b as CelList),
      { resultSize: add, cost: ([n = 0, m = 0]) => Math.max(1, n + m) },
    ),
  ]
}

// Lists declared as sets or maps add as such: what is in both is there once.
function joinLists(a: CelList, b: CelList): CelList {
  const { listType, mapKeys } = a
  if (!listType) return new ArrayList([...a, ...b])
  const same = (x: CelValue, y: CelValue) =>
    listType === 'set' ? equal(x, y) : sameKeys(x, y, mapKeys)
  const kept = [...a].map((x) => [...b].find((y) => same(x, y)) ?? x)
  return new ArrayList([...kept, ...[...b].filter((y) => ![...a].some((x) => same(x, y)))])
}

function times(): Overload[] {
  const ns = (value: CelValue | undefined) => (value as Timestamp | Duration).ns
  return [
    fn('_+_', sig([T.timestamp, T.duration], T.timestamp), ([a, b]) => timestampOf(ns(a) + ns(b))),
    fn('_+_', sig([T.duration, T.timestamp], T.timestamp), ([a, b]) => timestampOf(ns(a) + ns(b))),
    fn('_+_', sig([T.duration, T.duration], T.duration), ([a, b]) => durationOf(ns(a) + ns(b))),
    fn('_-_', sig([T.timestamp, T.timestamp], T.duration), ([a, b]) => durationOf(ns(a) - ns(b))),
    fn('_-_', sig([T.timestamp, T.duration], T.timestamp), ([a, b]) => timestampOf(ns(a) - ns(b))),
    fn('_-_', sig([T.duration, T.duration], T.duration), ([a, b]) => durationOf(ns(a) - ns(b))),
    fn('-_', sig([T.duration], T.duration), ([a]) => durationOf(-ns(a))),
  ]
}

function containers(): Overload[] {
  const list = listOf(T.a)
  const map = mapOf(T.a, T.b)
  const optional = (of: (args: readonly CelValue[]) => CelValue) => (args: readonly CelValue[]) => {
    const [first, ...more] = args
    if (!(first instanceof Optional)) return of(args)
    return first.value === undefined ? Optional.none : of([first.value, ...more])
  }
  return [
    fn('_[_]', sig([list, T.int], T.a), ([a, i]) => itemAt(a as CelList, i ?? null)),
    fn('_[_]', sig([map, T.a], T.b), ([a, key = null]) => valueAt(a as CelMap, key)),
    fn('_[_]', sig([optionalOf(list), T.int], optionalOf(T.a)), optional(maybeAt)),
    fn('_[_]', sig([optionalOf(map), T.a], optionalOf(T.b)), optional(maybeAt)),
    fn('_[?_]', sig([list, T.int], optionalOf(T.a)), maybeAt),
    fn('_[?_]', sig([map, T.a], optionalOf(T.b)), maybeAt),
    fn('_[?_]', sig([optionalOf(list), T.int], optionalOf(T.a)), optional(maybeAt)),
    fn('_[?_]', sig([optionalOf(map), T.a], optionalOf(T.b)), optional(maybeAt)),
    fn(
      '@in',
      sig([T.a, list], T.bool),
      ([a = null, l]) => [...(l as CelList)].some((item) => equal(item, a)),
      { cost: ([, n = 1]) => Math.max(1, n) },
    ),
    fn('@in', sig([T.a, map], T.bool), ([a = null, m]) => (m as CelMap).get(a) !== undefined),
  ]
}

function toIndex(index: CelValue): bigint {
  if (index instanceof Uint) return index.value
  if (typeof index === 'number' && Number.isInteger(index)) return BigInt(index)
  if (typeof index !== 'bigint') throw new CelError('no such overload')
  return index
}

function itemAt(list: CelList, index: CelValue): CelValue {
  const at = toIndex(index)
  if (at < 0n || at >= BigInt(list.size)) throw new CelError(`index out of bounds: ${at}`)
  return list.at(Number(at))
}

function valueAt(map: CelMap, key: CelValue): CelValue {
  const value = map.get(key)
  if (value !== undefined) return value
  throw new CelError(`no such key: ${describeKey(key)}`)
}

function maybeAt([container, key = null]: readonly CelValue[]): CelValue {
  if (container instanceof CelMap) return Optional.of(container.get(key))
  if (!(container instanceof CelList)) throw new CelError('no such overload')
  const at = toIndex(key)
  return at < 0n || at >= BigInt(container.size)
    ? Optional.none
    : Optional.of(container.at(Number(at)))
}
