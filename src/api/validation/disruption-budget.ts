import type { DeepReadonly } from '../../base/index.ts'
import { type PodDisruptionBudget, PodDisruptionBudgetSpec } from '../policy/index.ts'
import type { FieldError } from '../schema/index.ts'
import { validateConditions } from './conditions.ts'
import { validateAtMostAll, validateCountOrPercent, validateCounts } from './counts.ts'
import { invalid, notSupported } from './field-errors.ts'
import { goText } from './go-text.ts'
import { validateLabelSelector } from './label-selector.ts'

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

export function validateDisruptionBudget({
  spec,
}: DeepReadonly<PodDisruptionBudget>): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec ?? {}
  const errors: FieldError[] = []
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const detail = 'minAvailable and maxUnavailable cannot be both set'
    errors.push(invalid('spec', goText(PodDisruptionBudgetSpec, spec), detail))
  }
  for (const [name, value] of Object.entries({ minAvailable, maxUnavailable })) {
    if (value === undefined) continue
    errors.push(...validateCountOrPercent(value, `spec.${name}`))
    errors.push(...validateAtMostAll(value, `spec.${name}`))
  }
  if (selector) errors.push(...validateLabelSelector(selector, 'spec.selector'))
  if (unhealthyPodEvictionPolicy !== undefined && !POLICIES.includes(unhealthyPodEvictionPolicy)) {
    const field = 'spec.unhealthyPodEvictionPolicy'
    errors.push(notSupported(field, unhealthyPodEvictionPolicy, POLICIES))
  }
  return errors
}

export function validateDisruptionBudgetStatus({
  status,
}: DeepReadonly<PodDisruptionBudget>): FieldError[] {
  return [
    ...validateConditions(status?.conditions ?? [], 'status.conditions'),
    ...validateCounts({ ...status }, [
      'disruptionsAllowed',
      'currentHealthy',
      'desiredHealthy',
      'expectedPods',
    ]),
  ]
}
