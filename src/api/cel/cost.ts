import type { CallExpr, Expr, MacroExpr } from './ast.ts'
import type { Checked } from './checker.ts'
import type { CelType } from './types.ts'

/** Size that is taken for what no schema bounds: all of the largest request. */
const REQUEST_BYTES_MAX = 3 * 1024 * 1024
const LIST_COST = 10
const MAP_COST = 30
const STRUCT_COST = 40
const STEP_COST = 3

/**
 * The most that an expression can cost (after cel-go's `checker/cost.go`), from the bounds that
 * schemas give to lists, maps and strings. A rule that could cost too much is refused when it is
 * written, not when somebody's object makes it so.
 */
export function estimateCost(checked: Checked): number {
  return new Estimator(checked).cost(checked.expr)
}

class Estimator {
  readonly #checked: Checked

  constructor(checked: Checked) {
    this.#checked = checked
  }

  cost(expr: Expr): number {
    switch (expr.kind) {
      case 'const':
        return 0
      case 'ident':
        return 1
      case 'select':
        return this.cost(expr.operand) + 1
      case 'call':
        return this.#call(expr)
      case 'list':
        return LIST_COST + this.#sum(expr.items.map((item) => item.value))
      case 'map':
        return MAP_COST + this.#sum(expr.entries.flatMap((e) => [e.key, e.value]))
      case 'struct':
        return STRUCT_COST + this.#sum(expr.entries.map((e) => e.value))
      case 'macro':
        return this.#macro(expr)
    }
  }

  #sum(exprs: readonly Expr[]): number {
    return exprs.reduce((sum, expr) => sum + this.cost(expr), 0)
  }

  #call(expr: CallExpr): number {
    const resolved = this.#checked.calls.get(expr)
    const args = resolved?.args ?? expr.args
    if (expr.name === '_?_:_') {
      const [condition, yes, no] = args.map((arg) => this.cost(arg))
      return (condition ?? 0) + Math.max(yes ?? 0, no ?? 0)
    }
    const inner = this.#sum(args)
    if (expr.name === '_&&_' || expr.name === '_||_') return inner
    const sizes = args.map((arg) => this.size(arg))
    if (expr.name === '_==_' || expr.name === '_!=_') {
      return inner + Math.max(1, Math.ceil(Math.min(...sizes) * 0.1))
    }
    const costs = (resolved?.overloads ?? []).map((o) => (o.cost ? o.cost(sizes) : 1))
    return inner + Math.max(1, ...costs)
  }

  #macro(expr: MacroExpr): number {
    const range = this.cost(expr.range)
    const bodies = this.#sum(expr.bodies)
    if (expr.name === 'bind' || expr.name === 'optMap' || expr.name === 'optFlatMap') {
      return range + bodies
    }
    return range + this.size(expr.range) * (bodies + STEP_COST)
  }

  /** Elements or bytes that a value has at most. */
  size(expr: Expr): number {
    const type = this.#checked.types.get(expr)
    const declared = sizeOfType(type)
    if (expr.kind === 'const') return declared
    if (expr.kind === 'call') {
      const resolved = this.#checked.calls.get(expr)
      const sizes = (resolved?.args ?? []).map((arg) => this.size(arg))
      const results = (resolved?.overloads ?? []).flatMap((o) =>
        o.resultSize ? [o.resultSize(sizes)] : [],
      )
      if (results.length > 0) return Math.max(...results)
      // What a function makes of its arguments is no larger than they are, or the caller says so.
      const isBounded = isSized(type) && sizes.length > 0 && !hasOwnBound(type)
      if (isBounded) return Math.max(1, ...sizes)
    }
    return declared
  }
}

function isSized(type: CelType | undefined): boolean {
  return ['string', 'bytes', 'list', 'map'].includes(type?.kind ?? '')
}

function hasOwnBound(type: CelType | undefined): boolean {
  return type !== undefined && 'maxSize' in type && type.maxSize !== undefined
}

function sizeOfType(type: CelType | undefined): number {
  if (!type) return 1
  switch (type.kind) {
    case 'string':
    case 'bytes':
    case 'dyn':
    case 'list':
    case 'map':
      return type.maxSize ?? REQUEST_BYTES_MAX
    default:
      return 1
  }
}
