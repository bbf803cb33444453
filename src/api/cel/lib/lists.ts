import { CelError } from '../errors.ts'
import { compare, equal } from '../equality.ts'
import { crosses, fn, method, type Overload, sig, visitsFirst } from '../functions.ts'
import { durationOf } from '../time.ts'
import { type CelType, listOf, T } from '../types.ts'
import { ArrayList, CelList, type CelValue, Duration, Uint, UINT_MAX } from '../values.ts'

const COMPARABLE: readonly CelType[] = [
  T.int,
  T.uint,
  T.double,
  T.bool,
  T.duration,
  T.timestamp,
  T.string,
  T.bytes,
]

/** Kubernetes' functions for lists, and cel-go's `ext.Sets`. */
export function lists(): Overload[] {
  return [...sums(), ...extremes(), ...searches(), ...sets(), ...flat()]
}

const items = (value: CelValue | undefined): CelList => value as CelList

function sums(): Overload[] {
  const sum = (zero: CelValue, add: (a: CelValue, b: CelValue) => CelValue) => {
    return ([list]: readonly CelValue[]) => [...items(list)].reduce(add, zero)
  }
  const whole = (value: bigint) => {
    if (BigInt.asIntN(64, value) !== value) throw new CelError('integer overflow')
    return value
  }
  const unsigned = (value: bigint) => {
    if (value > UINT_MAX) throw new CelError('unsigned integer overflow')
    return new Uint(value)
  }
  const ns = (value: CelValue) => (value as Duration).ns
  return [
    method(
      'sum',
      sig([listOf(T.int)], T.int),
      sum(0n, (a, b) => {
        return whole((a as bigint) + (b as bigint))
      }),
      visitsFirst,
    ),
    method(
      'sum',
      sig([listOf(T.uint)], T.uint),
      sum(new Uint(0n), (a, b) => {
        return unsigned((a as Uint).value + (b as Uint).value)
      }),
      visitsFirst,
    ),
    method(
      'sum',
      sig([listOf(T.double)], T.double),
      sum(0, (a, b) => {
        return (a as number) + (b as number)
      }),
      visitsFirst,
    ),
    method(
      'sum',
      sig([listOf(T.duration)], T.duration),
      sum(new Duration(0n), (a, b) => {
        return durationOf(ns(a) + ns(b))
      }),
      visitsFirst,
    ),
  ]
}

function orderOf(a: CelValue, b: CelValue): number {
  const order = compare(a, b)
  if (order === undefined) throw new CelError('no such overload')
  return order
}

function extremes(): Overload[] {
  const extreme = (name: string, keep: (order: number) => boolean) => {
    return ([list]: readonly CelValue[]): CelValue => {
      const [first, ...more] = items(list)
      if (first === undefined) throw new CelError(`${name} called on empty list`)
      return more.reduce((best, next) => (keep(orderOf(next, best)) ? next : best), first)
    }
  }
  const isSorted = ([list]: readonly CelValue[]): CelValue => {
    const all = [...items(list)]
    return all.every((item, i) => i === 0 || orderOf(all[i - 1] ?? null, item) <= 0)
  }
  return COMPARABLE.flatMap((type) => [
    method(
      'min',
      sig([listOf(type)], type),
      extreme('min', (o) => o < 0),
      visitsFirst,
    ),
    method(
      'max',
      sig([listOf(type)], type),
      extreme('max', (o) => o > 0),
      visitsFirst,
    ),
    method('isSorted', sig([listOf(type)], T.bool), isSorted, visitsFirst),
  ])
}

function searches(): Overload[] {
  const find =
    (backwards: boolean) =>
    ([list, wanted = null]: readonly CelValue[]): CelValue => {
      const all = [...items(list)]
      const test = (item: CelValue) => equal(item, wanted)
      return BigInt(backwards ? all.findLastIndex(test) : all.findIndex(test))
    }
  const signature = sig([listOf(T.a), T.a], T.int)
  return [
    method('indexOf', signature, find(false), visitsFirst),
    method('lastIndexOf', signature, find(true), visitsFirst),
  ]
}

function sets(): Overload[] {
  const has = (list: CelList, wanted: CelValue) => [...list].some((item) => equal(item, wanted))
  const contains = (a: CelList, b: CelList) => [...b].every((item) => has(a, item))
  const signature = sig([listOf(T.a), listOf(T.a)], T.bool)
  return [
    fn('sets.contains', signature, ([a, b]) => contains(items(a), items(b)), crosses),
    fn(
      'sets.equivalent',
      signature,
      ([a, b]) => {
        return contains(items(a), items(b)) && contains(items(b), items(a))
      },
      crosses,
    ),
    fn(
      'sets.intersects',
      signature,
      ([a, b]) => {
        return [...items(a)].some((item) => has(items(b), item))
      },
      crosses,
    ),
  ]
}

/** How deep a list may be flattened at once. */
const FLATTEN_MAX = 100n

// cel-go `ext.Lists`, version 1 and on.
function flat(): Overload[] {
  const flatten = (list: CelList, depth: bigint): CelValue[] =>
    [...list].flatMap((item) =>
      item instanceof CelList && depth > 0n ? flatten(item, depth - 1n) : [item],
    )
  return [
    method(
      'slice',
      sig([listOf(T.a), T.int, T.int], listOf(T.a)),
      ([list, from, to]) => {
        const all = [...items(list)]
        const [start, end] = [from as bigint, to as bigint]
        if (start < 0n || end < 0n || start > end || end > BigInt(all.length)) {
          throw new CelError(`cannot slice(${start}, ${end}), list is length ${all.length}`)
        }
        return new ArrayList(all.slice(Number(start), Number(end)))
      },
      visitsFirst,
    ),
    method(
      'flatten',
      sig([listOf(T.dyn)], listOf(T.dyn)),
      ([list]) => {
        return new ArrayList(flatten(items(list), 1n))
      },
      visitsFirst,
    ),
    method(
      'flatten',
      sig([listOf(T.dyn), T.int], listOf(T.dyn)),
      ([list, depth]) => {
        const levels = depth as bigint
        if (levels < 0n) throw new CelError('level must be non-negative')
        return new ArrayList(flatten(items(list), levels > FLATTEN_MAX ? FLATTEN_MAX : levels))
      },
      visitsFirst,
    ),
    method(
      'distinct',
      sig([listOf(T.a)], listOf(T.a)),
      ([list]) => {
        const kept: CelValue[] = []
        for (const item of items(list)) {
          if (!kept.some((other) => equal(other, item))) kept.push(item)
        }
        return new ArrayList(kept)
      },
      crosses,
    ),
    method(
      'reverse',
      sig([listOf(T.a)], listOf(T.a)),
      ([list]) => {
        return new ArrayList([...items(list)].reverse())
      },
      visitsFirst,
    ),
  ]
}
