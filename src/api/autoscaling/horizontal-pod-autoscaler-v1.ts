import { ObjectMeta } from '../meta/index.ts'
import { int32, int64, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const CrossVersionObjectReferenceV1 = struct(
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
  '',
  {
    apiVersion: string(3),
    kind: string(1).required(),
    name: string(2).required(),
  },
  { mapType: 'atomic' },
)
export interface CrossVersionObjectReferenceV1
  extends TypeOf<typeof CrossVersionObjectReferenceV1> {}

export const HorizontalPodAutoscalerV1Spec = struct(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec',
  '',
  {
    maxReplicas: int32(3).required(),
    minReplicas: int32(2).nullable(),
    scaleTargetRef: ref(1, CrossVersionObjectReferenceV1).required().written(),
    targetCPUUtilizationPercentage: int32(4).nullable(),
  },
)
export interface HorizontalPodAutoscalerV1Spec
  extends TypeOf<typeof HorizontalPodAutoscalerV1Spec> {}

export const HorizontalPodAutoscalerV1Status = struct(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus',
  '',
  {
    currentCPUUtilizationPercentage: int32(5).nullable(),
    currentReplicas: int32(3).required(),
    desiredReplicas: int32(4).required(),
    lastScaleTime: time(2).nullable(),
    observedGeneration: int64(1).nullable(),
  },
)
export interface HorizontalPodAutoscalerV1Status
  extends TypeOf<typeof HorizontalPodAutoscalerV1Status> {}

export const HorizontalPodAutoscalerV1 = struct(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, HorizontalPodAutoscalerV1Spec).required().always(),
    status: ref(3, HorizontalPodAutoscalerV1Status).always(),
  },
)
export interface HorizontalPodAutoscalerV1 extends TypeOf<typeof HorizontalPodAutoscalerV1> {}
