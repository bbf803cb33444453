import { int32, int64, list, ref, string, struct, time, type TypeOf } from '../schema/index.ts'
import { PodTemplateSpec } from '../core/index.ts'
import { LabelSelector } from '../meta/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ReplicaSetSpec = struct('io.k8s.api.apps.v1.ReplicaSetSpec', '', {
  minReadySeconds: int32(4),
  replicas: int32(1).nullable(),
  selector: ref(2, LabelSelector).required(),
  template: ref(3, PodTemplateSpec).written(),
})
export interface ReplicaSetSpec extends TypeOf<typeof ReplicaSetSpec> {}

export const ReplicaSetCondition = struct('io.k8s.api.apps.v1.ReplicaSetCondition', '', {
  lastTransitionTime: time(3).written(),
  message: string(5),
  reason: string(4),
  status: string(2).required(),
  type: string(1).required(),
})
export interface ReplicaSetCondition extends TypeOf<typeof ReplicaSetCondition> {}

export const ReplicaSetStatus = struct('io.k8s.api.apps.v1.ReplicaSetStatus', '', {
  availableReplicas: int32(5),
  conditions: list(6, ReplicaSetCondition).keyed('type').patch('merge', 'type'),
  fullyLabeledReplicas: int32(2),
  observedGeneration: int64(3),
  readyReplicas: int32(4),
  replicas: int32(1).required(),
  terminatingReplicas: int32(7).nullable(),
})
export interface ReplicaSetStatus extends TypeOf<typeof ReplicaSetStatus> {}

export const ReplicaSet = struct('io.k8s.api.apps.v1.ReplicaSet', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, ReplicaSetSpec).always(),
  status: ref(3, ReplicaSetStatus).always(),
})
export interface ReplicaSet extends TypeOf<typeof ReplicaSet> {}
