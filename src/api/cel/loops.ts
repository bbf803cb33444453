import type { Expr, MacroExpr } from './ast.ts'
import { CelCostError, CelError } from './errors.ts'
import type { Scope } from './evaluator.ts'
import {
  ArrayList,
  CelList,
  CelMap,
  type CelValue,
  describeKey,
  EntryMap,
  Optional,
} from './values.ts'

export interface LoopContext {
  spend(cost: number): void
  run(body: Expr, scope: Scope | undefined): CelValue
  readonly scope: Scope | undefined
}

/** What one turn of a loop costs beside its body: the accumulator and the condition. */
const STEP_COST = 3

/** Runs a loop or a binding over `range`. */
export function evaluateMacro(expr: MacroExpr, range: CelValue, context: LoopContext): CelValue {
  const [name = ''] = expr.vars
  const [body] = expr.bodies
  if (!body) throw new CelError('no such overload')
  const { scope } = context
  if (expr.name === 'bind') return context.run(body, { name, value: range, outer: scope })
  if (expr.name === 'optMap' || expr.name === 'optFlatMap') {
    if (!(range instanceof Optional)) throw new CelError('no such overload')
    if (range.value === undefined) return Optional.none
    const value = context.run(body, { name, value: range.value, outer: scope })
    return expr.name === 'optMap' ? Optional.of(value) : value
  }
  switch (expr.name) {
    case 'all':
      return quantify(expr, range, context, false)
    case 'exists':
      return quantify(expr, range, context, true)
    case 'exists_one':
    case 'existsOne':
      return exactlyOne(expr, range, context)
    case 'transformMap':
    case 'transformMapEntry':
      return transformMap(expr, range, context)
    default:
      return collect(expr, range, context)
  }
}

interface Turn {
  readonly scope: Scope
  readonly key: CelValue
}

// Each turn's names: of a map the keys, or both keys and values when there are two names.
function* turns(expr: MacroExpr, range: CelValue, context: LoopContext): Generator<Turn> {
  const [first = '', second] = expr.vars
  const bind = (key: CelValue, value: CelValue, one: CelValue): Scope => {
    if (second === undefined) return { name: first, value: one, outer: context.scope }
    const outer = { name: first, value: key, outer: context.scope }
    return { name: second, value, outer }
  }
  if (range instanceof CelList) {
    for (let i = 0; i < range.size; i++) {
      context.spend(STEP_COST)
      const value = range.at(i)
      yield { scope: bind(BigInt(i), value, value), key: BigInt(i) }
    }
    return
  }
  if (!(range instanceof CelMap)) throw new CelError('no such overload')
  for (const key of range.keys()) {
    context.spend(STEP_COST)
    yield { scope: bind(key, range.get(key) ?? null, key), key }
  }
}

function isTrue(value: CelValue): boolean {
  if (typeof value === 'boolean') return value
  throw new CelError('no such overload')
}

// One element decides; a failure counts only when none does.
function quantify(
  expr: MacroExpr,
  range: CelValue,
  context: LoopContext,
  decides: boolean,
): CelValue {
  const [body] = expr.bodies
  let failure: CelError | undefined
  for (const { scope } of turns(expr, range, context)) {
    if (!body) break
    try {
      if (isTrue(context.run(body, scope)) === decides) return decides
    } catch (error) {
      if (!(error instanceof CelError) || error instanceof CelCostError) throw error
      failure ??= error
    }
  }
  if (failure) throw failure
  return !decides
}

function exactlyOne(expr: MacroExpr, range: CelValue, context: LoopContext): CelValue {
  const [body] = expr.bodies
  let count = 0
  for (const { scope } of turns(expr, range, context)) {
    if (body && isTrue(context.run(body, scope))) count++
  }
  return count === 1
}

function collect(expr: MacroExpr, range: CelValue, context: LoopContext): CelValue {
  const items: CelValue[] = []
  const [first, second] = expr.bodies
  for (const { scope } of turns(expr, range, context)) {
    if (!first) break
    if (expr.name === 'filter') {
      const value = scope.value
      if (isTrue(context.run(first, scope))) items.push(value)
      continue
    }
    if (second && !isTrue(context.run(first, scope))) continue
    items.push(context.run(second ?? first, scope))
  }
  return new ArrayList(items)
}

function transformMap(expr: MacroExpr, range: CelValue, context: LoopContext): CelValue {
  const result = new EntryMap()
  const [first, second] = expr.bodies
  for (const { scope, key } of turns(expr, range, context)) {
    if (!first || (second && !isTrue(context.run(first, scope)))) continue
    const value = context.run(second ?? first, scope)
    const entries = expr.name === 'transformMap' ? [[key, value] as const] : entriesOf(value)
    for (const [k, v] of entries) {
      if (!result.add(k, v))
        throw new CelError(`insert failed: key ${describeKey(k)} already exists`)
    }
  }
  return result
}

function entriesOf(value: CelValue): (readonly [CelValue, CelValue])[] {
  if (!(value instanceof CelMap)) throw new CelError('no such overload')
  return [...value.keys()].map((key) => [key, value.get(key) ?? null] as const)
}
