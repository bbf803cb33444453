import { Condition, LabelSelector, ObjectMeta } from '../meta/index.ts'
import {
  int32,
  int64,
  intOrString,
  list,
  map,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const PodDisruptionBudgetSpec = struct('io.k8s.api.policy.v1.PodDisruptionBudgetSpec', '', {
  maxUnavailable: intOrString(3).nullable(),
  minAvailable: intOrString(1).nullable(),
  selector: ref(2, LabelSelector).patch('replace'),
  unhealthyPodEvictionPolicy: string(4).named('v1.UnhealthyPodEvictionPolicyType').nullable(),
})
export interface PodDisruptionBudgetSpec extends TypeOf<typeof PodDisruptionBudgetSpec> {}

export const PodDisruptionBudgetStatus = struct(
  'io.k8s.api.policy.v1.PodDisruptionBudgetStatus',
  '',
  {
    conditions: list(7, Condition).keyed('type').patch('merge', 'type'),
    currentHealthy: int32(4).written(),
    desiredHealthy: int32(5).written(),
    disruptedPods: map(2, time),
    disruptionsAllowed: int32(3).written(),
    expectedPods: int32(6).written(),
    observedGeneration: int64(1),
  },
)
export interface PodDisruptionBudgetStatus extends TypeOf<typeof PodDisruptionBudgetStatus> {}

export const PodDisruptionBudget = struct('io.k8s.api.policy.v1.PodDisruptionBudget', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, PodDisruptionBudgetSpec).always(),
  status: ref(3, PodDisruptionBudgetStatus).always(),
})
export interface PodDisruptionBudget extends TypeOf<typeof PodDisruptionBudget> {}
