import type { Expr } from './ast.ts'
import type { Estimator } from './cost.ts'
import {
  addSizes,
  bounded,
  exactly,
  multiplySizes,
  type Size,
  UNBOUNDED,
  upTo,
  walk,
} from './cost-sizes.ts'
import { type Overload, REGEX, TRAVERSAL } from './functions.ts'

/** A call whose arguments, with the target of a method first, cost so much. */
export interface CostedCall {
  readonly args: readonly Expr[]
  readonly costs: readonly number[]
  readonly estimator: Estimator
}

interface Found {
  readonly cost: number
  /** Size of the result; undefined when nothing is known of it. */
  readonly size?: Size
}

type Rule = (call: {
  /** Sizes of the arguments. */
  readonly of: (index: number) => Size
  readonly args: readonly Expr[]
  readonly costs: readonly number[]
  readonly estimator: Estimator
  readonly overload: Overload
}) => Found

/** What one meaning of a call costs at most, with its arguments, and how large its result is. */
export function callCost(overload: Overload, { args, costs, estimator }: CostedCall): Found {
  const of = (index: number) => {
    const arg = args[index]
    return arg ? estimator.size(arg) : exactly(0)
  }
  const rule = RULES[overload.name]
  const own = rule?.({ of, args, costs, estimator, overload }) ?? { cost: 1 }
  // Of a choice, only one of two branches costs.
  const shared = overload.name === '_?_:_' ? choice(costs) : sum(costs)
  return { ...own, cost: bounded(own.cost + shared) }
}

const sum = (costs: readonly number[]) => costs.reduce((total, cost) => total + cost, 0)
const choice = ([condition = 0, yes = 0, no = 0]: readonly number[]) =>
  condition + Math.max(yes, no)

const free: Rule = () => ({ cost: 0 })
const walksTarget: Rule = ({ of }) => ({ cost: walk(of(0), TRAVERSAL) })
const keepsSize: Rule = ({ of }) => ({ cost: walk(of(0), TRAVERSAL), size: of(0) })

// What the elements of a list are compared by; texts are walked over.
const comparesElements: Rule = ({ of, args, estimator }) => {
  const [list] = args
  const element = list && estimator.elementSize(list)
  if (!element) return { cost: walk(of(0), TRAVERSAL) }
  const each = 1 + (element.isText ? walk(element.size, TRAVERSAL) : 0)
  return { cost: bounded(of(0).max * each) }
}

const matches: Rule = ({ of }) => ({
  cost: bounded(walk(addSizes(of(0), exactly(1)), TRAVERSAL) * walk(of(1), REGEX)),
})

const finds: Rule = (call) => ({ ...matches(call), size: upTo(call.of(0).max) })

const replaces: Rule = ({ of }) => {
  const [text, from, to] = [of(0), of(1), of(2)]
  const cost = walk(text, 2 * TRAVERSAL)
  let max = bounded(text.max)
  if (from.min === 0) max = bounded(bounded(text.max + 1) * to.max + text.max)
  else if (to.max > from.min) max = bounded(Math.ceil(text.max / from.min) * to.max)
  let min = text.min
  if (from.max === 0) min = (text.min + 1) * to.min + text.min
  else if (from.max > to.min) min = Math.ceil(text.min / from.max) * to.min
  return { cost, size: { min, max } }
}

const splits: Rule = ({ of, args }) => {
  const limit = args[2]
  const given = limit?.kind === 'const' && typeof limit.value === 'bigint' ? limit.value : undefined
  const max = given === undefined ? of(0).max : given < 0n ? UNBOUNDED : Number(given)
  return { cost: walk(of(0), 2 * TRAVERSAL), size: upTo(max) }
}

const joins: Rule = ({ of, args, estimator }) => {
  const [list] = args
  const count = of(0)
  const element = list && estimator.elementSize(list)
  let size = element ? multiplySizes(count, element.size) : exactly(0)
  if (args.length > 1) {
    const gaps = { min: Math.max(0, count.min - 1), max: Math.max(0, count.max - 1) }
    size = addSizes(size, multiplySizes(of(1), gaps))
  }
  return { cost: walk(size, TRAVERSAL), size }
}

/** Bytes of an address at most. */
const ADDRESS_BYTES = 16

const containsIp: Rule = ({ of, overload }) => {
  const parsed = overload.params[1]?.kind === 'string' ? walk(of(1), TRAVERSAL) : 0
  return { cost: walk(exactly(2 * ADDRESS_BYTES), TRAVERSAL) + parsed }
}

const containsCidr: Rule = (call) => {
  const masked = walk(exactly(ADDRESS_BYTES), TRAVERSAL) + 1
  return { cost: containsIp(call).cost + masked }
}

const ip: Rule = ({ of, overload }) => ({
  cost: overload.method ? 1 : walk(of(0), TRAVERSAL),
})

/** Longest regular expression that a format stands for, as upstream assumes. */
const FORMAT_REGEX_MAX = 128

const validates: Rule = ({ of }) => ({
  cost: bounded(walk(of(1), TRAVERSAL) * FORMAT_REGEX_MAX * REGEX),
})

const selector: Rule = ({ of }) => {
  const requirements = Math.ceil(of(1).max * 0.5)
  return { cost: bounded(10 + walk(of(1), TRAVERSAL) + requirements * 50) }
}

const startsOrEnds: Rule = ({ of }) => ({ cost: walk(of(1), TRAVERSAL) })

const contains: Rule = ({ of }) => ({
  cost: bounded(walk(of(0), TRAVERSAL) * walk(of(1), TRAVERSAL)),
})

const isIn: Rule = ({ of, overload }) => ({
  cost: overload.params[1]?.kind === 'map' ? 1 : bounded(of(1).max),
})

const adds: Rule = ({ of, overload }) => {
  const kind = overload.params[0]?.kind ?? ''
  const size = addSizes(of(0), of(1))
  if (kind === 'list') return { cost: 1, size }
  if (kind === 'string' || kind === 'bytes') return { cost: walk(size, TRAVERSAL), size }
  return { cost: 1 }
}

const smaller: Rule = ({ of }) => ({
  cost: Math.ceil(Math.min(of(0).max, of(1).max) * TRAVERSAL),
})

const orders: Rule = (call) => {
  const [left, right] = call.overload.params
  const isText = left?.kind === right?.kind && (left?.kind === 'string' || left?.kind === 'bytes')
  return isText ? smaller(call) : { cost: 1 }
}

/** Bytes of a format's name, for comparing two. */
const FORMAT_COST = 7

const equals: Rule = (call) => {
  const [left, right] = call.args.map((arg) => call.estimator.typeOf(arg))
  if (left?.kind === 'opaque' && right?.kind === 'opaque' && left.name === right.name) {
    return { cost: left.name.endsWith('NamedFormat') ? FORMAT_COST : 1 }
  }
  return smaller(call)
}

const converts: Record<'string' | 'bytes', Rule> = {
  bytes: ({ of, overload }) => {
    if (overload.params[0]?.kind !== 'string') return { cost: 1 }
    return { cost: walk(of(0), TRAVERSAL), size: { min: of(0).min, max: bounded(of(0).max * 4) } }
  },
  string: ({ of, overload }) => {
    if (overload.params[0]?.kind !== 'bytes') return { cost: 1 }
    return {
      cost: walk(of(0), TRAVERSAL),
      size: { min: Math.floor(of(0).min / 4), max: of(0).max },
    }
  },
}

const crosses =
  (factor: number): Rule =>
  ({ of }) => ({ cost: bounded(of(0).max * of(1).max * factor + 1) })

const RULES: Readonly<Record<string, Rule>> = {
  '_&&_': free,
  '_||_': free,
  '_?_:_': ({ of }) => ({
    cost: 0,
    size: { min: Math.min(of(1).min, of(2).min), max: Math.max(of(1).max, of(2).max) },
  }),
  '_==_': equals,
  '_!=_': smaller,
  '_<_': orders,
  '_<=_': orders,
  '_>_': orders,
  '_>=_': orders,
  '_+_': adds,
  '@in': isIn,
  check: () => ({ cost: 350_000 }),
  fieldSelector: selector,
  labelSelector: selector,
  isSorted: comparesElements,
  sum: comparesElements,
  min: comparesElements,
  max: comparesElements,
  indexOf: comparesElements,
  lastIndexOf: comparesElements,
  url: keepsSize,
  'jsonpatch.escapeKey': keepsSize,
  lowerAscii: keepsSize,
  upperAscii: keepsSize,
  substring: keepsSize,
  trim: keepsSize,
  replace: replaces,
  split: splits,
  join: joins,
  find: finds,
  findAll: finds,
  cidr: walksTarget,
  isIP: walksTarget,
  isCIDR: walksTarget,
  ip,
  'ip.isCanonical': ({ of }) => ({ cost: walk(of(0), 2 * TRAVERSAL) }),
  containsIP: containsIp,
  containsCIDR: containsCidr,
  quantity: walksTarget,
  isQuantity: walksTarget,
  validate: validates,
  format: walksTarget,
  'strings.quote': ({ of }) => ({
    cost: walk(of(0), TRAVERSAL),
    size: { min: of(0).min + 2, max: bounded(of(0).max * 2 + 2) },
  }),
  startsWith: startsOrEnds,
  endsWith: startsOrEnds,
  matches: (call) => (call.overload.method ? matches(call) : { cost: 1 }),
  contains,
  'sets.contains': crosses(1),
  'sets.intersects': crosses(1),
  'sets.equivalent': crosses(2),
  ...converts,
}
