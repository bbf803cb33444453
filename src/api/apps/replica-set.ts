import { int32, int64, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'
import { PodTemplateSpec } from '../core/index.ts'
import { LabelSelector } from '../meta/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ReplicaSetSpec = struct(
  'io.k8s.api.apps.v1.ReplicaSetSpec',
  'What is wanted of a ReplicaSet.',
  {
    replicas: int32(1, 'How many pods there shall be; 1 by default.').nullable(),
    minReadySeconds: int32(
      4,
      'How long a new pod must be ready before it counts as available; 0 by default.',
    ),
    selector: ref(
      2,
      LabelSelector,
      'Labels by which the pods are found; they must be those of the template.',
    ).required(),
    template: ref(3, PodTemplateSpec, 'What the pods are made from.').written(),
  },
)
export interface ReplicaSetSpec extends TypeOf<typeof ReplicaSetSpec> {}

export const ReplicaSetCondition = struct(
  'io.k8s.api.apps.v1.ReplicaSetCondition',
  "One aspect of a ReplicaSet's state.",
  {
    type: string(1, '`ReplicaFailure`.').named('v1.ReplicaSetConditionType').required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface ReplicaSetCondition extends TypeOf<typeof ReplicaSetCondition> {}

export const ReplicaSetStatus = struct(
  'io.k8s.api.apps.v1.ReplicaSetStatus',
  'How far a ReplicaSet is.',
  {
    replicas: int32(1, 'Pods that exist.').required(),
    fullyLabeledReplicas: int32(2, 'Pods that have all labels of the template.'),
    readyReplicas: int32(4, 'Pods that are ready.'),
    availableReplicas: int32(5, 'Pods that have been ready for long enough.'),
    terminatingReplicas: int32(7, 'Pods that are being deleted.').nullable(),
    observedGeneration: int64(3, 'The generation of the object that this is about.'),
    conditions: list(6, ReplicaSetCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface ReplicaSetStatus extends TypeOf<typeof ReplicaSetStatus> {}

export const ReplicaSet = struct('io.k8s.api.apps.v1.ReplicaSet', 'A number of equal pods.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, ReplicaSetSpec, 'What is wanted.').always(),
  status: ref(3, ReplicaSetStatus, 'What is.').always(),
})
export interface ReplicaSet extends TypeOf<typeof ReplicaSet> {}
