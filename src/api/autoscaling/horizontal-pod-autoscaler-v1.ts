import { ObjectMeta } from '../meta/index.ts'
import { int32, int64, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const CrossVersionObjectReferenceV1 = struct(
  'io.k8s.api.autoscaling.v1.CrossVersionObjectReference',
  'An object, by kind and name.',
  {
    kind: string(1, 'Its kind.').required(),
    name: string(2, 'Its name.').required(),
    apiVersion: string(3, 'Its group and version.'),
  },
  { mapType: 'atomic' },
)
export interface CrossVersionObjectReferenceV1
  extends TypeOf<typeof CrossVersionObjectReferenceV1> {}

export const HorizontalPodAutoscalerV1Spec = struct(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerSpec',
  'What is scaled, and how far.',
  {
    scaleTargetRef: ref(1, CrossVersionObjectReferenceV1, 'What is scaled.').required().written(),
    minReplicas: int32(2, 'Never fewer than so many pods; 1 by default.').nullable(),
    maxReplicas: int32(3, 'Never more than so many pods.').required(),
    targetCPUUtilizationPercentage: int32(
      4,
      'Average use of CPU to aim at, in percent of what pods ask for.',
    ).nullable(),
  },
)
export interface HorizontalPodAutoscalerV1Spec
  extends TypeOf<typeof HorizontalPodAutoscalerV1Spec> {}

export const HorizontalPodAutoscalerV1Status = struct(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscalerStatus',
  'How far it is scaled.',
  {
    observedGeneration: int64(1, 'The generation of the object that this is about.').nullable(),
    lastScaleTime: time(2, 'When the number was changed last.').nullable(),
    currentReplicas: int32(3, 'How many pods there are.').required(),
    desiredReplicas: int32(4, 'How many there should be.').required(),
    currentCPUUtilizationPercentage: int32(5, 'Average use of CPU, in percent.').nullable(),
  },
)
export interface HorizontalPodAutoscalerV1Status
  extends TypeOf<typeof HorizontalPodAutoscalerV1Status> {}

export const HorizontalPodAutoscalerV1 = struct(
  'io.k8s.api.autoscaling.v1.HorizontalPodAutoscaler',
  'Scales by the use of CPU.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, HorizontalPodAutoscalerV1Spec, 'What is wanted.').required().always(),
    status: ref(3, HorizontalPodAutoscalerV1Status, 'What is.').always(),
  },
)
export interface HorizontalPodAutoscalerV1 extends TypeOf<typeof HorizontalPodAutoscalerV1> {}
