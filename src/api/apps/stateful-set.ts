import { PersistentVolumeClaim, PodTemplateSpec } from '../core/index.ts'
import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import {
  int32,
  int64,
  intOrString,
  list,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const RollingUpdateStatefulSetStrategy = struct(
  'io.k8s.api.apps.v1.RollingUpdateStatefulSetStrategy',
  '',
  {
    maxUnavailable: intOrString(2).nullable(),
    partition: int32(1).nullable(),
  },
)
export interface RollingUpdateStatefulSetStrategy
  extends TypeOf<typeof RollingUpdateStatefulSetStrategy> {}

export const StatefulSetCondition = struct('io.k8s.api.apps.v1.StatefulSetCondition', '', {
  lastTransitionTime: time(3).written(),
  message: string(5),
  reason: string(4),
  status: string(2).named('v1.ConditionStatus').required(),
  type: string(1).named('v1.StatefulSetConditionType').required(),
})
export interface StatefulSetCondition extends TypeOf<typeof StatefulSetCondition> {}

export const StatefulSetOrdinals = struct('io.k8s.api.apps.v1.StatefulSetOrdinals', '', {
  start: int32(1).written(),
})
export interface StatefulSetOrdinals extends TypeOf<typeof StatefulSetOrdinals> {}

export const StatefulSetPersistentVolumeClaimRetentionPolicy = struct(
  'io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy',
  '',
  {
    whenDeleted: string(1).named('v1.PersistentVolumeClaimRetentionPolicyType'),
    whenScaled: string(2).named('v1.PersistentVolumeClaimRetentionPolicyType'),
  },
)
export interface StatefulSetPersistentVolumeClaimRetentionPolicy
  extends TypeOf<typeof StatefulSetPersistentVolumeClaimRetentionPolicy> {}

export const StatefulSetUpdateStrategy = struct(
  'io.k8s.api.apps.v1.StatefulSetUpdateStrategy',
  '',
  {
    rollingUpdate: ref(2, RollingUpdateStatefulSetStrategy),
    type: string(1).named('v1.StatefulSetUpdateStrategyType'),
  },
)
export interface StatefulSetUpdateStrategy extends TypeOf<typeof StatefulSetUpdateStrategy> {}

export const StatefulSetSpec = struct('io.k8s.api.apps.v1.StatefulSetSpec', '', {
  minReadySeconds: int32(9),
  ordinals: ref(11, StatefulSetOrdinals),
  persistentVolumeClaimRetentionPolicy: ref(10, StatefulSetPersistentVolumeClaimRetentionPolicy),
  podManagementPolicy: string(6).named('v1.PodManagementPolicyType'),
  replicas: int32(1).nullable(),
  revisionHistoryLimit: int32(8).nullable(),
  selector: ref(2, LabelSelector).required(),
  serviceName: string(5).written(),
  template: ref(3, PodTemplateSpec).required().always(),
  updateStrategy: ref(7, StatefulSetUpdateStrategy).written(),
  volumeClaimTemplates: list(4, PersistentVolumeClaim).atomic(),
})
export interface StatefulSetSpec extends TypeOf<typeof StatefulSetSpec> {}

export const StatefulSetStatus = struct('io.k8s.api.apps.v1.StatefulSetStatus', '', {
  availableReplicas: int32(11).written(),
  collisionCount: int32(9).nullable(),
  conditions: list(10, StatefulSetCondition).keyed('type').patch('merge', 'type'),
  currentReplicas: int32(4),
  currentRevision: string(6),
  observedGeneration: int64(1),
  readyReplicas: int32(3),
  replicas: int32(2).required(),
  updateRevision: string(7),
  updatedReplicas: int32(5),
})
export interface StatefulSetStatus extends TypeOf<typeof StatefulSetStatus> {}

export const StatefulSet = struct('io.k8s.api.apps.v1.StatefulSet', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, StatefulSetSpec).always(),
  status: ref(3, StatefulSetStatus).always(),
})
export interface StatefulSet extends TypeOf<typeof StatefulSet> {}
