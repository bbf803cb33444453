import { ObjectMeta } from '../meta/index.ts'
import { CrossVersionObjectReference, MetricSpec, MetricStatus } from './metric.ts'
import {
  int32,
  int64,
  list,
  quantity,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const HPAScalingPolicy = struct('io.k8s.api.autoscaling.v2.HPAScalingPolicy', '', {
  periodSeconds: int32(3).required(),
  type: string(1).named('v2.HPAScalingPolicyType').required(),
  value: int32(2).required(),
})
export interface HPAScalingPolicy extends TypeOf<typeof HPAScalingPolicy> {}

export const HPAScalingRules = struct('io.k8s.api.autoscaling.v2.HPAScalingRules', '', {
  policies: list(2, HPAScalingPolicy).atomic(),
  selectPolicy: string(1).named('v2.ScalingPolicySelect').nullable(),
  stabilizationWindowSeconds: int32(3).nullable(),
  tolerance: quantity(4).nullable(),
})
export interface HPAScalingRules extends TypeOf<typeof HPAScalingRules> {}

export const HorizontalPodAutoscalerBehavior = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior',
  '',
  {
    scaleDown: ref(2, HPAScalingRules),
    scaleUp: ref(1, HPAScalingRules),
  },
)
export interface HorizontalPodAutoscalerBehavior
  extends TypeOf<typeof HorizontalPodAutoscalerBehavior> {}

export const HorizontalPodAutoscalerCondition = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition',
  '',
  {
    lastTransitionTime: time(3).written(),
    message: string(5),
    reason: string(4),
    status: string(2).named('v1.ConditionStatus').required(),
    type: string(1).named('v2.HorizontalPodAutoscalerConditionType').required(),
  },
)
export interface HorizontalPodAutoscalerCondition
  extends TypeOf<typeof HorizontalPodAutoscalerCondition> {}

export const HorizontalPodAutoscalerSpec = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec',
  '',
  {
    behavior: ref(5, HorizontalPodAutoscalerBehavior),
    maxReplicas: int32(3).required(),
    metrics: list(4, MetricSpec).atomic(),
    minReplicas: int32(2).nullable(),
    scaleTargetRef: ref(1, CrossVersionObjectReference).required().written(),
  },
)
export interface HorizontalPodAutoscalerSpec extends TypeOf<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerStatus = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus',
  '',
  {
    conditions: list(6, HorizontalPodAutoscalerCondition).keyed('type').patch('merge', 'type'),
    currentMetrics: list(5, MetricStatus).atomic().written(),
    currentReplicas: int32(3),
    desiredReplicas: int32(4).required(),
    lastScaleTime: time(2).nullable(),
    observedGeneration: int64(1).nullable(),
  },
)
export interface HorizontalPodAutoscalerStatus
  extends TypeOf<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscaler = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, HorizontalPodAutoscalerSpec).required().always(),
    status: ref(3, HorizontalPodAutoscalerStatus).always(),
  },
)
export interface HorizontalPodAutoscaler extends TypeOf<typeof HorizontalPodAutoscaler> {}
