import type { DeepReadonly } from '../../base/index.ts'
import type { ResourceQuota } from '../core/index.ts'
import type { KubeObject } from '../schema/index.ts'
import type { QuotaEvaluator } from './evaluator.ts'

export interface ScopeRequirement {
  readonly scopeName: string
  readonly operator: string
  readonly values?: readonly string[]
}

/** What a quota is narrowed to; empty is everything. */
export function scopesOf({ spec }: DeepReadonly<ResourceQuota>): ScopeRequirement[] {
  const plain = (spec.scopes ?? []).map((scopeName) => ({ scopeName, operator: 'Exists' }))
  return [...plain, ...(spec.scopeSelector?.matchExpressions ?? [])]
}

/** Whether an object counts against a quota that limits `names`. */
export function quotaMatches(
  evaluator: QuotaEvaluator,
  object: DeepReadonly<KubeObject>,
  of: { names: readonly string[]; scopes: readonly ScopeRequirement[] },
): boolean {
  if (evaluator.matching(of.names).length === 0) return false
  return of.scopes.every((scope) => evaluator.inScope?.(object, scope) ?? false)
}

/** A requirement on one name that an object has or has not, as label selectors have it. */
export function nameMatches({ operator, values = [] }: ScopeRequirement, name: string): boolean {
  const isThere = name !== ''
  switch (operator) {
    case 'Exists':
      return isThere
    case 'DoesNotExist':
      return !isThere
    case 'In':
      return isThere && values.includes(name)
    case 'NotIn':
      return !isThere || !values.includes(name)
    default:
      return false
  }
}
