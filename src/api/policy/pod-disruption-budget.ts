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

export const PodDisruptionBudgetSpec = struct(
  'io.k8s.api.policy.v1.PodDisruptionBudgetSpec',
  'How many may be missing.',
  {
    minAvailable: intOrString(1, 'So many must remain, or percent.').nullable(),
    selector: ref(2, LabelSelector, 'The pods; all of the namespace if empty.').patch('replace'),
    maxUnavailable: intOrString(3, 'So many at most, or percent.').nullable(),
    unhealthyPodEvictionPolicy: string(
      4,
      'When pods that are not ready may go: `IfHealthyBudget` (the default) or `AlwaysAllow`.',
    )
      .named('v1.UnhealthyPodEvictionPolicyType')
      .nullable(),
  },
)
export interface PodDisruptionBudgetSpec extends TypeOf<typeof PodDisruptionBudgetSpec> {}

export const PodDisruptionBudgetStatus = struct(
  'io.k8s.api.policy.v1.PodDisruptionBudgetStatus',
  'How many are there.',
  {
    observedGeneration: int64(1, 'The generation of the object that this is about.'),
    disruptedPods: map(2, time, 'Pods that are about to go, and since when.'),
    disruptionsAllowed: int32(3, 'How many may go now.').written(),
    currentHealthy: int32(4, 'Pods that are well.').written(),
    desiredHealthy: int32(5, 'Pods that must be.').written(),
    expectedPods: int32(6, 'Pods that count.').written(),
    conditions: list(7, Condition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface PodDisruptionBudgetStatus extends TypeOf<typeof PodDisruptionBudgetStatus> {}

export const PodDisruptionBudget = struct(
  'io.k8s.api.policy.v1.PodDisruptionBudget',
  'How many pods may be missing when somebody evicts some.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, PodDisruptionBudgetSpec, 'What is wanted.').always(),
    status: ref(3, PodDisruptionBudgetStatus, 'What is.').always(),
  },
)
export interface PodDisruptionBudget extends TypeOf<typeof PodDisruptionBudget> {}
