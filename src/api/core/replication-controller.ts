import { ObjectMeta } from '../meta/index.ts'
import { PodTemplateSpec } from './pod-spec.ts'
import { int32, int64, list, map, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const ReplicationControllerCondition = struct(
  'io.k8s.api.core.v1.ReplicationControllerCondition',
  '',
  {
    lastTransitionTime: time(3).written(),
    message: string(5),
    reason: string(4),
    status: string(2).named('v1.ConditionStatus').required(),
    type: string(1).named('v1.ReplicationControllerConditionType').required(),
  },
)
export interface ReplicationControllerCondition
  extends TypeOf<typeof ReplicationControllerCondition> {}

export const ReplicationControllerSpec = struct(
  'io.k8s.api.core.v1.ReplicationControllerSpec',
  '',
  {
    minReadySeconds: int32(4),
    replicas: int32(1).nullable(),
    selector: map(2, string).atomicMap(),
    template: ref(3, PodTemplateSpec),
  },
)
export interface ReplicationControllerSpec extends TypeOf<typeof ReplicationControllerSpec> {}

export const ReplicationControllerStatus = struct(
  'io.k8s.api.core.v1.ReplicationControllerStatus',
  '',
  {
    availableReplicas: int32(5),
    conditions: list(6, ReplicationControllerCondition).keyed('type').patch('merge', 'type'),
    fullyLabeledReplicas: int32(2),
    observedGeneration: int64(3),
    readyReplicas: int32(4),
    replicas: int32(1).required(),
  },
)
export interface ReplicationControllerStatus extends TypeOf<typeof ReplicationControllerStatus> {}

export const ReplicationController = struct('io.k8s.api.core.v1.ReplicationController', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, ReplicationControllerSpec).always(),
  status: ref(3, ReplicationControllerStatus).always(),
})
export interface ReplicationController extends TypeOf<typeof ReplicationController> {}
