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
    maxUnavailable: intOrString(
      2,
      'How many pods may be missing meanwhile, or percent; 1 by default.',
    ).nullable(),
    partition: int32(1, 'Only pods from this ordinal on are replaced; 0 by default.').nullable(),
  },
)
export interface RollingUpdateStatefulSetStrategy
  extends TypeOf<typeof RollingUpdateStatefulSetStrategy> {}

export const StatefulSetCondition = struct(
  'io.k8s.api.apps.v1.StatefulSetCondition',
  "One aspect of a StatefulSet's state.",
  {
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    message: string(5, 'What happened, for people.'),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    type: string(1, 'Which aspect.').named('v1.StatefulSetConditionType').required(),
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
    rollingUpdate: ref(2, RollingUpdateStatefulSetStrategy, 'Settings of `RollingUpdate`.'),
    type: string(1, '`RollingUpdate` (the default) or `OnDelete`.').named(
      'v1.StatefulSetUpdateStrategyType',
    ),
  },
)
export interface StatefulSetUpdateStrategy extends TypeOf<typeof StatefulSetUpdateStrategy> {}

export const StatefulSetSpec = struct(
  'io.k8s.api.apps.v1.StatefulSetSpec',
  'What is wanted of a StatefulSet.',
  {
    minReadySeconds: int32(
      9,
      'How long a new pod must be ready before it counts as available; 0 by default.',
    ),
    ordinals: ref(11, StatefulSetOrdinals, 'How pods are numbered.'),
    persistentVolumeClaimRetentionPolicy: ref(
      10,
      StatefulSetPersistentVolumeClaimRetentionPolicy,
      'What becomes of claims that are no longer needed.',
    ),
    podManagementPolicy: string(
      6,
      '`OrderedReady` (the default: one after the other) or `Parallel`.',
    ).named('v1.PodManagementPolicyType'),
    replicas: int32(1, 'How many pods there shall be; 1 by default.').nullable(),
    revisionHistoryLimit: int32(8, 'How many old revisions are kept; 10 by default.').nullable(),
    selector: ref(
      2,
      LabelSelector,
      'Labels by which the pods are found; they must be those of the template.',
    ).required(),
    serviceName: string(5, 'The Service under which pods have names in DNS.').written(),
    template: ref(3, PodTemplateSpec, 'What the pods are made from.').required().always(),
    updateStrategy: ref(
      7,
      StatefulSetUpdateStrategy,
      'How pods are replaced when the template changes.',
    ).written(),
    volumeClaimTemplates: list(4, PersistentVolumeClaim, 'Claims that every pod gets.').atomic(),
  },
)
export interface StatefulSetSpec extends TypeOf<typeof StatefulSetSpec> {}

export const StatefulSetStatus = struct(
  'io.k8s.api.apps.v1.StatefulSetStatus',
  'How far a StatefulSet is.',
  {
    availableReplicas: int32(11, 'Pods that have been ready for long enough.').written(),
    collisionCount: int32(
      9,
      'How often a name was taken already; part of the next name.',
    ).nullable(),
    conditions: list(10, StatefulSetCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
    currentReplicas: int32(4, 'Pods of the current revision.'),
    currentRevision: string(6, 'Revision of the pods that are not updated yet.'),
    observedGeneration: int64(1, 'The generation of the object that this is about.'),
    readyReplicas: int32(3, 'Pods that are ready.'),
    replicas: int32(2, 'Pods that exist.').required(),
    updateRevision: string(7, 'Revision of the pods that are updated.'),
    updatedReplicas: int32(5, 'Pods of the update revision.'),
  },
)
export interface StatefulSetStatus extends TypeOf<typeof StatefulSetStatus> {}

export const StatefulSet = struct(
  'io.k8s.api.apps.v1.StatefulSet',
  'Pods with names and volumes of their own.',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, StatefulSetSpec, 'What is wanted.').always(),
    status: ref(3, StatefulSetStatus, 'What is.').always(),
  },
)
export interface StatefulSet extends TypeOf<typeof StatefulSet> {}
