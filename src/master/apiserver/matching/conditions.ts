import { CelError, type CelValue, fromJson } from '../../../api/cel/index.ts'
import { ADMISSION_TYPES, type Program } from '../../../api/index.ts'
import type { RequestView } from './request.ts'

/** Cost of all conditions of one webhook or policy (upstream's `RuntimeCELCostBudgetMatchConditions`). */
const BUDGET = 2_500_000
const CALL_LIMIT = 1_000_000

export type Values = Readonly<Record<string, CelValue | (() => CelValue)>>

/** The variables that every expression of admission has. */
export function requestValues(view: RequestView): Values {
  return {
    object: fromJson(view.object),
    oldObject: fromJson(view.oldObject),
    request: fromJson(view.json, ADMISSION_TYPES.request),
  }
}

export type Conditions =
  | { readonly kind: 'match' }
  /** The condition of this name says no. */
  | { readonly kind: 'skip'; readonly name: string }
  | { readonly kind: 'error'; readonly errors: readonly string[] }

/** Whether all conditions hold. One that says no outweighs any that failed. */
export function evaluateConditions(
  conditions: readonly { readonly name: string; readonly program: Program | string }[],
  values: Values,
): Conditions {
  const errors: string[] = []
  let budget = BUDGET
  for (const { name, program } of conditions) {
    if (typeof program === 'string') {
      errors.push(program)
      continue
    }
    try {
      const costLimit = Math.min(CALL_LIMIT, budget)
      const { value, cost } = program.evaluate(values, { costLimit })
      budget -= cost
      if (value !== true) return { kind: 'skip', name }
    } catch (error) {
      if (!(error instanceof CelError)) throw error
      errors.push(`expression '${program.source}' resulted in error: ${error.message}`)
    }
  }
  return errors.length > 0 ? { kind: 'error', errors } : { kind: 'match' }
}
