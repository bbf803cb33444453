import { check, type Checked } from './checker.ts'
import { estimateCost } from './cost.ts'
import { kubernetesFunctions } from './environment.ts'
import { evaluate, type Evaluation, type Variables } from './evaluator.ts'
import { parse } from './parser.ts'
import { type CelType, type ObjectType, T } from './types.ts'

/** A compiled expression. Nothing of it changes; it may be evaluated any number of times. */
export interface Program {
  readonly source: string
  readonly type: CelType
  /** Highest cost that an evaluation can come to, by what the type of `self` bounds. */
  estimateCost(): number
  /** Names of variables that it mentions. */
  readonly mentions: ReadonlySet<string>
  /** Whether it reads that field of that variable. */
  selects(variable: string, field: string): boolean
  /** Throws `CelError`; `CelCostError` when it costs more than `costLimit`. */
  evaluate(variables: Variables, options?: { costLimit?: number }): Evaluation
}

export interface CompileOptions {
  readonly variables: Readonly<Record<string, CelType>>
  readonly struct?: (name: string) => ObjectType | undefined
}

/** Cost of one evaluation at most (upstream's `PerCallLimit`). */
export const PER_CALL_LIMIT = 1_000_000
/** Cost of all evaluations of one request at most. */
export const REQUEST_BUDGET = 10_000_000

/** Compiles an expression. Throws `CelCompileError` with cel-go's texts. */
export function compile(source: string, options: CompileOptions): Program {
  const environment = { ...options, functions: kubernetesFunctions }
  const checked = check(source, parse(source), environment)
  return {
    source,
    type: checked.type,
    estimateCost: () => estimateCost(checked, options.variables['self'] ?? T.dyn),
    mentions: mentionsOf(checked),
    selects: (variable, field) => selects(checked, variable, field),
    evaluate: (variables, limits = {}) => evaluate(checked, variables, limits),
  }
}

function selects({ types }: Checked, variable: string, field: string): boolean {
  for (const expr of types.keys()) {
    if (expr.kind !== 'select' || expr.field !== field) continue
    if (expr.operand.kind === 'ident' && expr.operand.name === variable) return true
  }
  return false
}

function mentionsOf(checked: Checked): ReadonlySet<string> {
  const names = new Set<string>()
  for (const expr of checked.types.keys()) {
    if (expr.kind === 'ident') names.add(expr.name.replace(/^\./, ''))
  }
  return names
}
