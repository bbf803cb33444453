import type { MacroExpr } from './ast.ts'
import type { Estimator } from './cost.ts'
import { bounded, exactly, type Size, upTo, UNBOUNDED } from './cost-sizes.ts'

interface Found {
  readonly cost: number
  readonly size: Size
}

/** What a macro costs as the loop that cel-go makes of it, and the size of what comes out. */
export function loopCost(expr: MacroExpr, estimator: Estimator): Found {
  switch (expr.name) {
    case 'bind':
      return bindCost(expr, estimator, estimator.cost(expr.range))
    case 'optMap':
    case 'optFlatMap':
      return optionalCost(expr, estimator)
    default: {
      const { start, result } = FRAMES[expr.name] ?? FRAMES['map'] ?? NO_FRAME
      const range = estimator.cost(expr.range)
      const [name = ''] = expr.vars
      const step = estimator.within(name, expr.range, () => stepCost(expr, estimator))
      const size = estimator.size(expr.range)
      return { cost: bounded(range + start + result + size.max * step), size }
    }
  }
}

interface Frame {
  /** Cost of what the loop begins with, and of what it gives. */
  readonly start: number
  readonly result: number
}

const NO_FRAME: Frame = { start: 0, result: 1 }
const LIST_FRAME: Frame = { start: 10, result: 1 }
const MAP_FRAME: Frame = { start: 30, result: 1 }
const FRAMES: Readonly<Record<string, Frame>> = {
  all: NO_FRAME,
  exists: NO_FRAME,
  exists_one: { start: 0, result: 2 },
  existsOne: { start: 0, result: 2 },
  map: LIST_FRAME,
  filter: LIST_FRAME,
  transformList: LIST_FRAME,
  transformMap: MAP_FRAME,
  transformMapEntry: MAP_FRAME,
}

/** Cost of one turn: its condition, and what it does to what was collected. */
function stepCost(expr: MacroExpr, estimator: Estimator): number {
  const [first = 0, second] = expr.bodies.map((body) => estimator.cost(body))
  const collected = second ?? first
  switch (expr.name) {
    case 'all':
      return 3 + first
    case 'exists':
      return 4 + first
    case 'exists_one':
    case 'existsOne':
      return 2 + first
    case 'filter':
      return 13 + first
    case 'transformMap':
      return 3 + collected + (second === undefined ? 0 : first)
    case 'transformMapEntry':
      return 2 + collected + (second === undefined ? 0 : first)
    default:
      return 12 + collected + (second === undefined ? 0 : first)
  }
}

// A loop over an empty list, whose result is the body.
function bindCost(expr: MacroExpr, estimator: Estimator, value: number): Found {
  const bodies = expr.bodies.reduce((sum, body) => sum + estimator.cost(body), 0)
  return { cost: bounded(10 + value + bodies), size: exactly(0) }
}

// `x.hasValue() ? optional.of(…x.value()…) : optional.none()`
function optionalCost(expr: MacroExpr, estimator: Estimator): Found {
  const target = estimator.cost(expr.range)
  const inner = bindCost(expr, estimator, target + 1).cost
  const made = expr.name === 'optMap' ? inner + 1 : inner
  return { cost: bounded(target + 1 + Math.max(made, 1)), size: upTo(UNBOUNDED) }
}
