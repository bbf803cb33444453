import type { CallExpr, Expr, MacroExpr, SelectExpr } from './ast.ts'
import type { Checked } from './checker.ts'
import { CelCostError, CelError } from './errors.ts'
import type { CallContext, Overload } from './functions.ts'
import { equal } from './equality.ts'
import { evaluateMacro } from './loops.ts'
import { matches } from './runtime-types.ts'
import {
  ArrayList,
  CelList,
  CelMap,
  type CelValue,
  describeKey,
  EntryMap,
  Optional,
  sizeOf,
  TypeValue,
  Uint,
} from './values.ts'

/** Costs as in cel-go's tracker (`interpreter/runtimecost.go`). */
const LIST_COST = 10
const MAP_COST = 30
const STRUCT_COST = 40

/** Values by name. Functions are asked once a value is needed. */
export type Variables = Readonly<Record<string, CelValue | (() => CelValue)>>

export interface Evaluation {
  readonly value: CelValue
  readonly cost: number
}

export interface EvaluateOptions {
  /** Cost after which evaluation ends with `CelCostError`. Default: none. */
  readonly costLimit?: number
}

/** Names bound by loops, innermost first. */
export interface Scope {
  readonly name: string
  readonly value: CelValue
  readonly outer: Scope | undefined
}

/** Evaluates an expression. Throws `CelError`. */
export function evaluate(
  checked: Checked,
  variables: Variables,
  options: EvaluateOptions = {},
): Evaluation {
  const evaluator = new Evaluator(checked, variables, options.costLimit ?? Number.POSITIVE_INFINITY)
  const value = evaluator.evaluate(checked.expr, undefined)
  return { value, cost: evaluator.cost }
}

export class Evaluator implements CallContext {
  readonly #checked: Checked
  readonly #variables: Variables
  readonly #limit: number
  cost = 0

  constructor(checked: Checked, variables: Variables, limit: number) {
    this.#checked = checked
    this.#variables = variables
    this.#limit = limit
  }

  spend(cost: number): void {
    this.cost += cost
    if (this.cost <= this.#limit) return
    throw new CelCostError('operation cancelled: actual cost limit exceeded')
  }

  evaluate(expr: Expr, scope: Scope | undefined): CelValue {
    switch (expr.kind) {
      case 'const':
        return expr.type === 'uint' ? uintConst(expr.value) : expr.value
      case 'ident':
        return this.#ident(expr, expr.name, scope)
      case 'select':
        return this.#select(expr, scope)
      case 'call':
        return this.#call(expr, scope)
      case 'list':
        return this.#list(expr, scope)
      case 'map':
        return this.#map(expr, scope)
      case 'struct':
        return this.#struct(expr, scope)
      case 'macro':
        return this.#macro(expr, scope)
    }
  }

  #ident(expr: Expr, name: string, scope: Scope | undefined): CelValue {
    this.spend(1)
    for (let at = scope; at; at = at.outer) if (at.name === name) return at.value
    const plain = name.startsWith('.') ? name.slice(1) : name
    const found = Object.hasOwn(this.#variables, plain) ? this.#variables[plain] : undefined
    if (typeof found === 'function') return found()
    if (found !== undefined) return found
    const type = this.#checked.typeNames.get(expr)
    if (type !== undefined) return new TypeValue(type)
    throw new CelError(`no such attribute(s): ${plain}`)
  }

  #select(expr: SelectExpr, scope: Scope | undefined): CelValue {
    const type = this.#checked.typeNames.get(expr)
    if (type !== undefined) return new TypeValue(type)
    const variable = this.#checked.variables.get(expr)
    if (variable !== undefined) return this.#ident(expr, variable, undefined)
    const operand = this.evaluate(expr.operand, scope)
    this.spend(1)
    if (operand instanceof Optional || expr.optional) {
      const inner = operand instanceof Optional ? operand.value : operand
      const value = inner === undefined ? undefined : fieldOf(inner, expr.field)
      return expr.test ? value !== undefined : Optional.of(value)
    }
    const value = fieldOf(operand, expr.field)
    if (expr.test) return value !== undefined
    if (value === undefined) throw new CelError(`no such key: ${expr.field}`)
    return value
  }

  #call(expr: CallExpr, scope: Scope | undefined): CelValue {
    switch (expr.name) {
      case '_&&_':
        return this.#logic(expr, false, scope)
      case '_||_':
        return this.#logic(expr, true, scope)
      case '_?_:_':
        return this.#ternary(expr, scope)
      default:
        break
    }
    const resolved = this.#checked.calls.get(expr)
    const exprs = resolved?.args ?? expr.args
    if (expr.target && (expr.name === 'or' || expr.name === 'orValue')) {
      const [first] = exprs
      if (first) return this.#orElse(expr, exprs, scope)
    }
    const args = exprs.map((arg) => this.evaluate(arg, scope))
    if (expr.name === '_==_' || expr.name === '_!=_') {
      const [a = null, b = null] = args
      this.spend(Math.max(1, Math.ceil(Math.min(sizeOf(a), sizeOf(b)) * 0.1)))
      return equal(a, b) === (expr.name === '_==_')
    }
    return this.#dispatch(resolved?.overloads ?? [], args)
  }

  #dispatch(overloads: readonly Overload[], args: readonly CelValue[]): CelValue {
    const [only] = overloads
    for (const overload of overloads) {
      if (!overload.params.every((type, i) => matches(args[i] ?? null, type))) continue
      this.spend(overload.cost ? overload.cost(args.map(sizeOf)) : 1)
      return overload.call(args, this)
    }
    throw new CelError(only ? 'no such overload' : 'no such function')
  }

  // Either side may decide; a failure counts only when the other side does not.
  #logic(expr: CallExpr, decides: boolean, scope: Scope | undefined): CelValue {
    let failure: unknown
    for (const arg of expr.args) {
      try {
        const value = this.evaluate(arg, scope)
        if (value === decides) return decides
        if (typeof value !== 'boolean') failure ??= new CelError('no such overload')
      } catch (error) {
        if (!(error instanceof CelError) || error instanceof CelCostError) throw error
        failure ??= error
      }
    }
    if (failure) throw failure
    return !decides
  }

  #ternary(expr: CallExpr, scope: Scope | undefined): CelValue {
    const [condition, yes, no] = expr.args
    if (!condition || !yes || !no) throw new CelError('no such overload')
    const value = this.evaluate(condition, scope)
    if (typeof value !== 'boolean') throw new CelError('no such overload')
    return this.evaluate(value ? yes : no, scope)
  }

  #orElse(expr: CallExpr, exprs: readonly Expr[], scope: Scope | undefined): CelValue {
    const [first, second] = exprs
    const value = first && this.evaluate(first, scope)
    if (!(value instanceof Optional) || !second) throw new CelError('no such overload')
    if (value.value === undefined) return this.evaluate(second, scope)
    return expr.name === 'orValue' ? value.value : value
  }

  #list(expr: Extract<Expr, { kind: 'list' }>, scope: Scope | undefined): CelValue {
    this.spend(LIST_COST)
    const items: CelValue[] = []
    for (const item of expr.items) {
      const value = this.evaluate(item.value, scope)
      const actual = item.optional ? optionalOrFail(value) : value
      if (actual !== undefined) items.push(actual)
    }
    return new ArrayList(items)
  }

  #map(expr: Extract<Expr, { kind: 'map' }>, scope: Scope | undefined): CelValue {
    this.spend(MAP_COST)
    const map = new EntryMap()
    for (const entry of expr.entries) {
      const key = this.evaluate(entry.key, scope)
      if (!isKey(key)) throw new CelError(`unsupported key type`)
      const value = this.evaluate(entry.value, scope)
      const actual = entry.optional ? optionalOrFail(value) : value
      if (actual === undefined) continue
      if (!map.add(key, actual)) throw new CelError(`Failed with repeated key: ${describeKey(key)}`)
    }
    return map
  }

  #struct(expr: Extract<Expr, { kind: 'struct' }>, scope: Scope | undefined): CelValue {
    this.spend(STRUCT_COST)
    const map = new StructMap(expr.name)
    for (const entry of expr.entries) {
      const value = this.evaluate(entry.value, scope)
      const actual = entry.optional ? optionalOrFail(value) : value
      if (actual !== undefined) map.add(entry.field, actual)
    }
    return map
  }

  #macro(expr: MacroExpr, scope: Scope | undefined): CelValue {
    const range = this.evaluate(expr.range, scope)
    return evaluateMacro(expr, range, {
      spend: (cost) => this.spend(cost),
      run: (body, bound) => this.evaluate(body, bound),
      scope,
    })
  }
}

/** An object that an expression made, with the name of its type. */
export class StructMap extends EntryMap {
  override readonly typeName: string
  constructor(typeName: string) {
    super()
    this.typeName = typeName
  }
}

function fieldOf(operand: CelValue, field: string): CelValue | undefined {
  if (operand instanceof CelMap) return operand.get(field)
  throw new CelError('no such overload')
}

function optionalOrFail(value: CelValue): CelValue | undefined {
  if (value instanceof Optional) return value.value
  throw new CelError('no such overload')
}

function isKey(key: CelValue): boolean {
  return !(key instanceof CelList || key instanceof CelMap || key === null)
}

function uintConst(value: unknown): CelValue {
  return new Uint(typeof value === 'bigint' ? value : 0n)
}
