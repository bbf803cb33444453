import { PodTemplateSpec } from '../core/index.ts'
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

export const DaemonSetCondition = struct('io.k8s.api.apps.v1.DaemonSetCondition', '', {
  lastTransitionTime: time(3).written(),
  message: string(5),
  reason: string(4),
  status: string(2).named('v1.ConditionStatus').required(),
  type: string(1).named('v1.DaemonSetConditionType').required(),
})
export interface DaemonSetCondition extends TypeOf<typeof DaemonSetCondition> {}

export const RollingUpdateDaemonSet = struct('io.k8s.api.apps.v1.RollingUpdateDaemonSet', '', {
  maxSurge: intOrString(2).nullable(),
  maxUnavailable: intOrString(1).nullable(),
})
export interface RollingUpdateDaemonSet extends TypeOf<typeof RollingUpdateDaemonSet> {}

export const DaemonSetUpdateStrategy = struct('io.k8s.api.apps.v1.DaemonSetUpdateStrategy', '', {
  rollingUpdate: ref(2, RollingUpdateDaemonSet),
  type: string(1).named('v1.DaemonSetUpdateStrategyType'),
})
export interface DaemonSetUpdateStrategy extends TypeOf<typeof DaemonSetUpdateStrategy> {}

export const DaemonSetSpec = struct('io.k8s.api.apps.v1.DaemonSetSpec', '', {
  minReadySeconds: int32(4),
  revisionHistoryLimit: int32(6).nullable(),
  selector: ref(1, LabelSelector).required(),
  template: ref(2, PodTemplateSpec).required().always(),
  updateStrategy: ref(3, DaemonSetUpdateStrategy).written(),
})
export interface DaemonSetSpec extends TypeOf<typeof DaemonSetSpec> {}

export const DaemonSetStatus = struct('io.k8s.api.apps.v1.DaemonSetStatus', '', {
  collisionCount: int32(9).nullable(),
  conditions: list(10, DaemonSetCondition).keyed('type').patch('merge', 'type'),
  currentNumberScheduled: int32(1).required(),
  desiredNumberScheduled: int32(3).required(),
  numberAvailable: int32(7),
  numberMisscheduled: int32(2).required(),
  numberReady: int32(4).required(),
  numberUnavailable: int32(8),
  observedGeneration: int64(5),
  updatedNumberScheduled: int32(6),
})
export interface DaemonSetStatus extends TypeOf<typeof DaemonSetStatus> {}

export const DaemonSet = struct('io.k8s.api.apps.v1.DaemonSet', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, DaemonSetSpec).always(),
  status: ref(3, DaemonSetStatus).always(),
})
export interface DaemonSet extends TypeOf<typeof DaemonSet> {}
