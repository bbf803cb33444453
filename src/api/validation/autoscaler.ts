import type { DeepReadonly } from '../../base/index.ts'
import type {
  CrossVersionObjectReference,
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerSpec,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../autoscaling/index.ts'
import type { FieldError } from '../schema/index.ts'
import { validateMetrics, validateReference } from './autoscaler-metrics.ts'
import { validateCounts } from './counts.ts'
import { invalid, notSupported, required } from './field-errors.ts'
import { nonNegativeQuantity } from './quantities.ts'

const WINDOW_SECONDS_MAX = 3600
const PERIOD_SECONDS_MAX = 1800

type Spec = DeepReadonly<HorizontalPodAutoscalerSpec>

/** `old`: what allowed no replicas before may go on to. */
export function validateAutoscaler(
  { spec }: DeepReadonly<HorizontalPodAutoscaler>,
  old?: DeepReadonly<HorizontalPodAutoscaler>,
): FieldError[] {
  const errors: FieldError[] = []
  const { minReplicas, maxReplicas, behavior } = spec
  const lowest = old?.spec.minReplicas === 0 ? 0 : 1
  if (minReplicas !== undefined && minReplicas < lowest) {
    const detail = `must be greater than or equal to ${lowest}`
    errors.push(invalid('spec.minReplicas', minReplicas, detail))
  }
  if (maxReplicas < 1) {
    errors.push(invalid('spec.maxReplicas', maxReplicas, 'must be greater than 0'))
  }
  if (minReplicas !== undefined && maxReplicas < minReplicas) {
    const detail = 'must be greater than or equal to `minReplicas`'
    errors.push(invalid('spec.maxReplicas', maxReplicas, detail))
  }
  errors.push(...validateTarget(spec))
  errors.push(...validateMetrics(spec.metrics ?? [], 'spec.metrics', minReplicas))
  if (behavior?.scaleUp) errors.push(...validateRules(behavior.scaleUp, 'spec.behavior.scaleUp'))
  if (behavior?.scaleDown) {
    errors.push(...validateRules(behavior.scaleDown, 'spec.behavior.scaleDown'))
  }
  return errors
}

function validateTarget({ scaleTargetRef }: Spec): FieldError[] {
  const reference: DeepReadonly<CrossVersionObjectReference> = scaleTargetRef
  return validateReference(reference, 'spec.scaleTargetRef')
}

function validateRules(rules: DeepReadonly<HPAScalingRules>, path: string): FieldError[] {
  const { stabilizationWindowSeconds: window, selectPolicy, policies = [], tolerance } = rules
  const errors: FieldError[] = []
  const field = `${path}.stabilizationWindowSeconds`
  if (window !== undefined && window < 0) {
    errors.push(invalid(field, window, 'must be greater than or equal to zero'))
  }
  if (window !== undefined && window > WINDOW_SECONDS_MAX) {
    errors.push(invalid(field, window, `must be less than or equal to ${WINDOW_SECONDS_MAX}`))
  }
  const selections = ['Disabled', 'Max', 'Min']
  if (selectPolicy !== undefined && !selections.includes(selectPolicy)) {
    errors.push(notSupported(`${path}.selectPolicy`, selectPolicy, selections))
  }
  if (policies.length === 0) {
    errors.push(required(`${path}.policies`, 'must specify at least one Policy'))
  }
  policies.forEach((policy, i) => {
    errors.push(...validatePolicy(policy, `${path}.policies[${i}]`))
  })
  if (tolerance !== undefined) {
    errors.push(...nonNegativeQuantity(tolerance, `${path}.tolerance`))
  }
  return errors
}

function validatePolicy(policy: DeepReadonly<HPAScalingPolicy>, path: string): FieldError[] {
  const { type, value, periodSeconds } = policy
  const errors: FieldError[] = []
  const types = ['Percent', 'Pods']
  if (!types.includes(type)) errors.push(notSupported(`${path}.type`, type, types))
  if (value <= 0) errors.push(invalid(`${path}.value`, value, 'must be greater than zero'))
  const field = `${path}.periodSeconds`
  if (periodSeconds <= 0) errors.push(invalid(field, periodSeconds, 'must be greater than zero'))
  if (periodSeconds > PERIOD_SECONDS_MAX) {
    const detail = `must be less than or equal to ${PERIOD_SECONDS_MAX}`
    errors.push(invalid(field, periodSeconds, detail))
  }
  return errors
}

export function validateAutoscalerStatus({
  status,
}: DeepReadonly<HorizontalPodAutoscaler>): FieldError[] {
  return validateCounts({ ...status }, ['currentReplicas', 'desiredReplicas'])
}
