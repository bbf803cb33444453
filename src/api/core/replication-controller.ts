import { ObjectMeta } from '../meta/index.ts'
import { PodTemplateSpec } from './pod-spec.ts'
import { int32, int64, list, map, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const ReplicationControllerCondition = struct(
  'io.k8s.api.core.v1.ReplicationControllerCondition',
  'One aspect of its state.',
  {
    type: string(1, '`ReplicaFailure`.').named('v1.ReplicationControllerConditionType').required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface ReplicationControllerCondition
  extends TypeOf<typeof ReplicationControllerCondition> {}

export const ReplicationControllerSpec = struct(
  'io.k8s.api.core.v1.ReplicationControllerSpec',
  'What is wanted of it.',
  {
    replicas: int32(1, 'How many pods there shall be; 1 by default.').nullable(),
    minReadySeconds: int32(
      4,
      'How long a new pod must be ready before it counts as available; 0 by default.',
    ),
    selector: map(2, string, 'Labels of its pods; those of the template by default.').atomicMap(),
    template: ref(3, PodTemplateSpec, 'What the pods are made from.'),
  },
)
export interface ReplicationControllerSpec extends TypeOf<typeof ReplicationControllerSpec> {}

export const ReplicationControllerStatus = struct(
  'io.k8s.api.core.v1.ReplicationControllerStatus',
  'How far it is.',
  {
    replicas: int32(1, 'Pods that exist.').required(),
    fullyLabeledReplicas: int32(2, 'Pods that have all labels of the template.'),
    readyReplicas: int32(4, 'Pods that are ready.'),
    availableReplicas: int32(5, 'Pods that have been ready for long enough.'),
    observedGeneration: int64(3, 'The generation of the object that this is about.'),
    conditions: list(6, ReplicationControllerCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface ReplicationControllerStatus extends TypeOf<typeof ReplicationControllerStatus> {}

export const ReplicationController = struct(
  'io.k8s.api.core.v1.ReplicationController',
  'A number of equal pods; the forerunner of ReplicaSet.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ReplicationControllerSpec, 'What is wanted.').always(),
    status: ref(3, ReplicationControllerStatus, 'What is.').always(),
  },
)
export interface ReplicationController extends TypeOf<typeof ReplicationController> {}
