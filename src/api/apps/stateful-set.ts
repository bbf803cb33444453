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
  'Settings of a rolling update.',
  {
    partition: int32(1, 'Only pods from this ordinal on are replaced; 0 by default.').nullable(),
    maxUnavailable: intOrString(
      2,
      'How many pods may be missing meanwhile, or percent; 1 by default.',
    ).nullable(),
  },
)
export interface RollingUpdateStatefulSetStrategy
  extends TypeOf<typeof RollingUpdateStatefulSetStrategy> {}

export const StatefulSetCondition = struct(
  'io.k8s.api.apps.v1.StatefulSetCondition',
  "One aspect of a StatefulSet's state.",
  {
    type: string(1, 'Which aspect.').named('v1.StatefulSetConditionType').required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface StatefulSetCondition extends TypeOf<typeof StatefulSetCondition> {}

export const StatefulSetOrdinals = struct(
  'io.k8s.api.apps.v1.StatefulSetOrdinals',
  'How pods are numbered.',
  {
    start: int32(1, 'The first number; 0 by default.').written(),
  },
)
export interface StatefulSetOrdinals extends TypeOf<typeof StatefulSetOrdinals> {}

export const StatefulSetPersistentVolumeClaimRetentionPolicy = struct(
  'io.k8s.api.apps.v1.StatefulSetPersistentVolumeClaimRetentionPolicy',
  'What becomes of claims.',
  {
    whenDeleted: string(1, 'With the set: `Retain` (the default) or `Delete`.').named(
      'v1.PersistentVolumeClaimRetentionPolicyType',
    ),
    whenScaled: string(
      2,
      'With a pod that is one too many: `Retain` (the default) or `Delete`.',
    ).named('v1.PersistentVolumeClaimRetentionPolicyType'),
  },
)
export interface StatefulSetPersistentVolumeClaimRetentionPolicy
  extends TypeOf<typeof StatefulSetPersistentVolumeClaimRetentionPolicy> {}

export const StatefulSetUpdateStrategy = struct(
  'io.k8s.api.apps.v1.StatefulSetUpdateStrategy',
  'How pods are replaced.',
  {
    type: string(1, '`RollingUpdate` (the default) or `OnDelete`.').named(
      'v1.StatefulSetUpdateStrategyType',
    ),
    rollingUpdate: ref(2, RollingUpdateStatefulSetStrategy, 'Settings of `RollingUpdate`.'),
  },
)
export interface StatefulSetUpdateStrategy extends TypeOf<typeof StatefulSetUpdateStrategy> {}

export const StatefulSetSpec = struct(
  'io.k8s.api.apps.v1.StatefulSetSpec',
  'What is wanted of a StatefulSet.',
  {
    replicas: int32(1, 'How many pods there shall be; 1 by default.').nullable(),
    selector: ref(
      2,
      LabelSelector,
      'Labels by which the pods are found; they must be those of the template.',
    ).required(),
    template: ref(3, PodTemplateSpec, 'What the pods are made from.').required().always(),
    volumeClaimTemplates: list(4, PersistentVolumeClaim, 'Claims that every pod gets.').atomic(),
    serviceName: string(5, 'The Service under which pods have names in DNS.').written(),
    podManagementPolicy: string(
      6,
      '`OrderedReady` (the default: one after the other) or `Parallel`.',
    ).named('v1.PodManagementPolicyType'),
    updateStrategy: ref(
      7,
      StatefulSetUpdateStrategy,
      'How pods are replaced when the template changes.',
    ).written(),
    revisionHistoryLimit: int32(8, 'How many old revisions are kept; 10 by default.').nullable(),
    minReadySeconds: int32(
      9,
      'How long a new pod must be ready before it counts as available; 0 by default.',
    ),
    persistentVolumeClaimRetentionPolicy: ref(
      10,
      StatefulSetPersistentVolumeClaimRetentionPolicy,
      'What becomes of claims that are no longer needed.',
    ),
    ordinals: ref(11, StatefulSetOrdinals, 'How pods are numbered.'),
  },
)
export interface StatefulSetSpec extends TypeOf<typeof StatefulSetSpec> {}

export const StatefulSetStatus = struct(
  'io.k8s.api.apps.v1.StatefulSetStatus',
  'How far a StatefulSet is.',
  {
    observedGeneration: int64(1, 'The generation of the object that this is about.'),
    replicas: int32(2, 'Pods that exist.').required(),
    readyReplicas: int32(3, 'Pods that are ready.'),
    currentReplicas: int32(4, 'Pods of the current revision.'),
    updatedReplicas: int32(5, 'Pods of the update revision.'),
    currentRevision: string(6, 'Revision of the pods that are not updated yet.'),
    updateRevision: string(7, 'Revision of the pods that are updated.'),
    collisionCount: int32(
      9,
      'How often a name was taken already; part of the next name.',
    ).nullable(),
    conditions: list(10, StatefulSetCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
    availableReplicas: int32(11, 'Pods that have been ready for long enough.').written(),
  },
)
export interface StatefulSetStatus extends TypeOf<typeof StatefulSetStatus> {}

export const StatefulSet = struct(
  'io.k8s.api.apps.v1.StatefulSet',
  'Pods with names and volumes of their own.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, StatefulSetSpec, 'What is wanted.').always(),
    status: ref(3, StatefulSetStatus, 'What is.').always(),
  },
)
export interface StatefulSet extends TypeOf<typeof StatefulSet> {}
