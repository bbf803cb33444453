import type { DeepReadonly } from '../../base/index.ts'
import type { PodDisruptionBudget, PodDisruptionBudgetSpec } from '../policy/index.ts'
import type { FieldError } from '../schema/index.ts'
import { validateAtMostAll, validateCountOrPercent, validateCounts } from './counts.ts'
import { GoText, invalid, notSupported } from './field-errors.ts'
import { validateLabelSelector } from './workloads.ts'

const POLICIES = ['AlwaysAllow', 'IfHealthyBudget']

export function validateDisruptionBudget({
  spec,
}: DeepReadonly<PodDisruptionBudget>): FieldError[] {
  const { minAvailable, maxUnavailable, selector, unhealthyPodEvictionPolicy } = spec ?? {}
  const errors: FieldError[] = []
  if (minAvailable !== undefined && maxUnavailable !== undefined) {
    const detail = 'minAvailable and maxUnavailable cannot be both set'
    errors.push(invalid('spec', goSpec(spec), detail))
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

/** As Go prints the spec: what it points to, it shows as an address. */
function goSpec(spec: DeepReadonly<PodDisruptionBudgetSpec>): GoText {
  const pointer = (type: string, value: unknown) =>
    `(*${type})(${value === undefined ? 'nil' : '0xc000000000'})`
  const parts = [
    `MinAvailable:${pointer('intstr.IntOrString', spec.minAvailable)}`,
    `Selector:${pointer('v1.LabelSelector', spec.selector)}`,
    `MaxUnavailable:${pointer('intstr.IntOrString', spec.maxUnavailable)}`,
    `UnhealthyPodEvictionPolicy:${pointer(
      'policy.UnhealthyPodEvictionPolicyType',
      spec.unhealthyPodEvictionPolicy,
    )}`,
  ]
  return new GoText(`policy.PodDisruptionBudgetSpec{${parts.join(', ')}}`)
}

export function validateDisruptionBudgetStatus({
  status,
}: DeepReadonly<PodDisruptionBudget>): FieldError[] {
  return validateCounts({ ...status }, [
    'disruptionsAllowed',
    'currentHealthy',
    'desiredHealthy',
    'expectedPods',
  ])
}
