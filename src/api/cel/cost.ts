import type { CallExpr, Expr, SelectExpr } from './ast.ts'
import type { Checked } from './checker.ts'
import { callCost } from './cost-calls.ts'
import { loopCost } from './cost-loops.ts'
import { constSize, exactly, isScalar, type Size, sizeOf, UNBOUNDED, upTo } from './cost-sizes.ts'
import type { CelType } from './types.ts'

const LIST_COST = 10
const MAP_COST = 30
const STRUCT_COST = 40

/** Names that lead to a value from a variable: fields, `@items`, `@keys`, `@values`. */
type Path = readonly string[]

/**
 * The most that an expression can cost (after cel-go's `checker/cost.go`), from the bounds that
 * the type of `root`, the value that it speaks of, gives to lists, maps and texts. A rule that
 * could cost too much is refused when it is written, not when somebody's object makes it so.
 */
export function estimateCost(checked: Checked, root: CelType): number {
  return Math.min(new Estimator(checked, root).cost(checked.expr), UNBOUNDED)
}

export class Estimator {
  readonly #checked: Checked
  readonly #root: CelType
  readonly #paths = new Map<Expr, Path>()
  readonly #sizes = new Map<Expr, Size>()
  /** What each name of a loop stands for: the range that it goes over. */
  readonly #ranges = new Map<string, Expr[]>()

  constructor(checked: Checked, root: CelType) {
    this.#checked = checked
    this.#root = root
  }

  cost(expr: Expr): number {
    switch (expr.kind) {
      case 'const':
        return 0
      case 'ident':
        this.#setIdentPath(expr, expr.name)
        return 1
      case 'select':
        return this.#select(expr)
      case 'call':
        return this.#call(expr)
      case 'list':
        return LIST_COST + this.#sum(expr.items.map((item) => item.value))
      case 'map':
        return MAP_COST + this.#sum(expr.entries.flatMap((e) => [e.key, e.value]))
      case 'struct':
        return STRUCT_COST + this.#sum(expr.entries.map((e) => e.value))
      case 'macro': {
        const { cost, size } = loopCost(expr, this)
        this.#sizes.set(expr, size)
        return cost
      }
    }
  }

  #sum(exprs: readonly Expr[]): number {
    return exprs.reduce((sum, expr) => sum + this.cost(expr), 0)
  }

  /** Costs of what stands within a loop over `range`, whose elements are called `name`. */
  within<R>(name: string, range: Expr, run: () => R): R {
    const outer = this.#ranges.get(name) ?? []
    this.#ranges.set(name, [...outer, range])
    const result = run()
    this.#ranges.set(name, outer)
    return result
  }

  typeOf(expr: Expr): CelType | undefined {
    return this.#checked.types.get(expr)
  }

  #setIdentPath(expr: Expr, name: string): void {
    const range = this.#ranges.get(name)?.at(-1)
    if (!range) {
      this.#paths.set(expr, [name])
      return
    }
    const kind = this.typeOf(range)?.kind
    const path = this.#paths.get(range) ?? []
    if (kind === 'list') this.#paths.set(expr, [...path, '@items'])
    else if (kind === 'map') this.#paths.set(expr, [...path, '@keys'])
  }

  #select(expr: SelectExpr): number {
    const inner = this.cost(expr.operand)
    if (expr.test) return inner
    if (expr.optional) return inner + 1
    const path = this.#paths.get(expr.operand) ?? []
    this.#paths.set(expr, [...path, expr.field])
    const kind = this.typeOf(expr.operand)?.kind
    return kind === 'map' || kind === 'object' ? inner + 1 : inner
  }

  #call(expr: CallExpr): number {
    const resolved = this.#checked.calls.get(expr)
    const args = resolved?.args ?? expr.args
    const costs = args.map((arg) => this.cost(arg))
    const overloads = resolved?.overloads ?? []
    if (overloads.length === 0) return 0
    const found = overloads.map((overload) => {
      if (overload.name === '_[_]') this.#setIndexPath(expr, args[0], overload.params[0]?.kind)
      return callCost(overload, { args, costs, estimator: this })
    })
    const sizes = found.flatMap((one) => (one.size ? [one.size] : []))
    if (sizes.length > 0) {
      const min = Math.min(...sizes.map((size) => size.min))
      this.#sizes.set(expr, { min, max: Math.max(...sizes.map((size) => size.max)) })
    }
    return Math.max(...found.map((one) => one.cost))
  }

  #setIndexPath(expr: Expr, of: Expr | undefined, kind: string | undefined): void {
    if (kind !== 'list' && kind !== 'map') return
    const path = (of && this.#paths.get(of)) ?? []
    this.#paths.set(expr, [...path, kind === 'map' ? '@values' : '@items'])
  }

  /** Elements or units that a value has. */
  size(expr: Expr): Size {
    return (
      this.#sizes.get(expr) ??
      constSize(expr) ??
      this.#declared(this.#paths.get(expr)) ??
      this.#of(expr)
    )
  }

  #of(expr: Expr): Size {
    return isScalar(this.typeOf(expr)) ? exactly(1) : upTo(UNBOUNDED)
  }

  /** Size that a schema declares of the elements of a list; undefined for what is no list. */
  elementSize(expr: Expr): { size: Size; isText: boolean } | undefined {
    const type = this.typeOf(expr)
    if (type?.kind !== 'list') return undefined
    const path = this.#paths.get(expr)
    const size = (path && this.#declared([...path, '@items'])) ?? upTo(UNBOUNDED)
    return { size, isText: type.item.kind === 'string' || type.item.kind === 'bytes' }
  }

  // Whatever variable a path begins with, upstream follows it from the one value.
  #declared(path: Path | undefined): Size | undefined {
    if (path === undefined || path.length === 0) return undefined
    let at: CelType | undefined = this.#root
    for (const name of path.slice(1)) {
      at = below(at, name)
      if (!at) return undefined
    }
    return at && upTo(sizeOf(at))
  }
}

function below(type: CelType, name: string): CelType | undefined {
  if (type.kind === 'optional') return below(type.of, name)
  switch (name) {
    case '@items':
    case '@values':
      return type.kind === 'list' ? type.item : type.kind === 'map' ? type.value : undefined
    case '@keys':
      return type.kind === 'map' ? type.key : undefined
    default:
      return type.kind === 'object' ? type.fields.get(name)?.type : undefined
  }
}
