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

export const HPAScalingPolicy = struct(
  'io.k8s.api.autoscaling.v2.HPAScalingPolicy',
  'How fast it may be scaled.',
  {
    type: string(1, '`Pods` or `Percent`.').named('v2.HPAScalingPolicyType').required(),
    value: int32(2, 'By so much.').required(),
    periodSeconds: int32(3, 'Within so many seconds, 1800 at most.').required(),
  },
)
export interface HPAScalingPolicy extends TypeOf<typeof HPAScalingPolicy> {}

export const HPAScalingRules = struct(
  'io.k8s.api.autoscaling.v2.HPAScalingRules',
  'How fast in one direction.',
  {
    stabilizationWindowSeconds: int32(3, 'For how long the past counts.').nullable(),
    selectPolicy: string(1, 'Which policy counts: `Max` (the default), `Min` or `Disabled`.')
      .named('v2.ScalingPolicySelect')
      .nullable(),
    policies: list(2, HPAScalingPolicy, 'How fast; by default without a limit.').atomic(),
    tolerance: quantity(4, 'How far off it may be before anything is done.').nullable(),
  },
)
export interface HPAScalingRules extends TypeOf<typeof HPAScalingRules> {}

export const HorizontalPodAutoscalerBehavior = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerBehavior',
  'How fast it is scaled.',
  {
    scaleUp: ref(1, HPAScalingRules, 'Upwards.'),
    scaleDown: ref(2, HPAScalingRules, 'Downwards.'),
  },
)
export interface HorizontalPodAutoscalerBehavior
  extends TypeOf<typeof HorizontalPodAutoscalerBehavior> {}

export const HorizontalPodAutoscalerCondition = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerCondition',
  "One aspect of an autoscaler's state.",
  {
    type: string(1, '`ScalingActive`, `AbleToScale` or `ScalingLimited`.')
      .named('v2.HorizontalPodAutoscalerConditionType')
      .required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface HorizontalPodAutoscalerCondition
  extends TypeOf<typeof HorizontalPodAutoscalerCondition> {}

export const HorizontalPodAutoscalerSpec = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec',
  'What is scaled, by what, and how far.',
  {
    scaleTargetRef: ref(1, CrossVersionObjectReference, 'What is scaled.').required().written(),
    minReplicas: int32(2, 'Never fewer than so many pods; 1 by default.').nullable(),
    maxReplicas: int32(3, 'Never more than so many pods.').required(),
    metrics: list(4, MetricSpec, 'What it is scaled by; 80 % of CPU by default.').atomic(),
    behavior: ref(5, HorizontalPodAutoscalerBehavior, 'How fast.'),
  },
)
export interface HorizontalPodAutoscalerSpec extends TypeOf<typeof HorizontalPodAutoscalerSpec> {}

export const HorizontalPodAutoscalerStatus = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerStatus',
  'How far it is scaled.',
  {
    observedGeneration: int64(1, 'The generation of the object that this is about.').nullable(),
    lastScaleTime: time(2, 'When the number was changed last.').nullable(),
    currentReplicas: int32(3, 'How many pods there are.'),
    desiredReplicas: int32(4, 'How many there should be.').required(),
    currentMetrics: list(5, MetricStatus, 'What the metrics were last.').atomic().written(),
    conditions: list(6, HorizontalPodAutoscalerCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface HorizontalPodAutoscalerStatus
  extends TypeOf<typeof HorizontalPodAutoscalerStatus> {}

export const HorizontalPodAutoscaler = struct(
  'io.k8s.api.autoscaling.v2.HorizontalPodAutoscaler',
  'Scales by metrics.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, HorizontalPodAutoscalerSpec, 'What is wanted.').required().always(),
    status: ref(3, HorizontalPodAutoscalerStatus, 'What is.').always(),
  },
)
export interface HorizontalPodAutoscaler extends TypeOf<typeof HorizontalPodAutoscaler> {}
