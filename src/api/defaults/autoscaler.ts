import type {
  HorizontalPodAutoscaler,
  HPAScalingPolicy,
  HPAScalingRules,
} from '../autoscaling/index.ts'

const CPU_PERCENT = 80
const PERIOD_SECONDS = 15

/** How fast an autoscaler may move where it says nothing else. */
export const SCALE_UP_POLICIES: readonly Readonly<HPAScalingPolicy>[] = [
  { type: 'Pods', value: 4, periodSeconds: PERIOD_SECONDS },
  { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS },
]
export const SCALE_DOWN_POLICIES: readonly Readonly<HPAScalingPolicy>[] = [
  { type: 'Percent', value: 100, periodSeconds: PERIOD_SECONDS },
]

export function defaultAutoscaler({ spec }: HorizontalPodAutoscaler): void {
  spec.minReplicas ??= 1
  if (!spec.metrics || spec.metrics.length === 0) {
    const target = { type: 'Utilization', averageUtilization: CPU_PERCENT }
    spec.metrics = [{ type: 'Resource', resource: { name: 'cpu', target } }]
  }
  if (!spec.behavior) return
  const { scaleUp = {}, scaleDown = {} } = spec.behavior
  defaultRules(scaleUp, SCALE_UP_POLICIES)
  scaleUp.stabilizationWindowSeconds ??= 0
  defaultRules(scaleDown, SCALE_DOWN_POLICIES)
  spec.behavior = { ...spec.behavior, scaleUp, scaleDown }
}

function defaultRules(
  rules: HPAScalingRules,
  policies: readonly Readonly<HPAScalingPolicy>[],
): void {
  rules.selectPolicy ??= 'Max'
  rules.policies ??= policies.map((policy) => ({ ...policy }))
}
