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

export const DaemonSetCondition = struct(
  'io.k8s.api.apps.v1.DaemonSetCondition',
  "One aspect of a DaemonSet's state.",
  {
    type: string(1, 'Which aspect.').named('v1.DaemonSetConditionType').required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastTransitionTime: time(3, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface DaemonSetCondition extends TypeOf<typeof DaemonSetCondition> {}

export const RollingUpdateDaemonSet = struct(
  'io.k8s.api.apps.v1.RollingUpdateDaemonSet',
  'Settings of a rolling update.',
  {
    maxUnavailable: intOrString(
      1,
      'How many nodes may be without meanwhile, or percent; 1 by default.',
    ).nullable(),
    maxSurge: intOrString(
      2,
      'How many nodes may have two pods meanwhile, or percent; 0 by default.',
    ).nullable(),
  },
)
export interface RollingUpdateDaemonSet extends TypeOf<typeof RollingUpdateDaemonSet> {}

export const DaemonSetUpdateStrategy = struct(
  'io.k8s.api.apps.v1.DaemonSetUpdateStrategy',
  'How pods are replaced.',
  {
    type: string(1, '`RollingUpdate` (the default) or `OnDelete`.').named(
      'v1.DaemonSetUpdateStrategyType',
    ),
    rollingUpdate: ref(2, RollingUpdateDaemonSet, 'Settings of `RollingUpdate`.'),
  },
)
export interface DaemonSetUpdateStrategy extends TypeOf<typeof DaemonSetUpdateStrategy> {}

export const DaemonSetSpec = struct(
  'io.k8s.api.apps.v1.DaemonSetSpec',
  'What is wanted of a DaemonSet.',
  {
    selector: ref(
      1,
      LabelSelector,
      'Labels by which the pods are found; they must be those of the template.',
    ).required(),
    template: ref(2, PodTemplateSpec, 'What the pods are made from.').required().always(),
    updateStrategy: ref(
      3,
      DaemonSetUpdateStrategy,
      'How pods are replaced when the template changes.',
    ).written(),
    minReadySeconds: int32(
      4,
      'How long a new pod must be ready before it counts as available; 0 by default.',
    ),
    revisionHistoryLimit: int32(6, 'How many old revisions are kept; 10 by default.').nullable(),
  },
)
export interface DaemonSetSpec extends TypeOf<typeof DaemonSetSpec> {}

export const DaemonSetStatus = struct(
  'io.k8s.api.apps.v1.DaemonSetStatus',
  'How far a DaemonSet is.',
  {
    currentNumberScheduled: int32(1, 'Nodes that have the pod and should.').required(),
    numberMisscheduled: int32(2, 'Nodes that have it and should not.').required(),
    desiredNumberScheduled: int32(3, 'Nodes that should have it.').required(),
    numberReady: int32(4, 'Nodes whose pod is ready.').required(),
    observedGeneration: int64(5, 'The generation of the object that this is about.'),
    updatedNumberScheduled: int32(6, 'Nodes whose pod is of the newest template.'),
    numberAvailable: int32(7, 'Nodes whose pod has been ready for long enough.'),
    numberUnavailable: int32(8, 'Nodes that should have an available pod and have none.'),
    collisionCount: int32(
      9,
      'How often a name was taken already; part of the next name.',
    ).nullable(),
    conditions: list(10, DaemonSetCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface DaemonSetStatus extends TypeOf<typeof DaemonSetStatus> {}

export const DaemonSet = struct('io.k8s.api.apps.v1.DaemonSet', 'A pod on every node that fits.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, DaemonSetSpec, 'What is wanted.').always(),
  status: ref(3, DaemonSetStatus, 'What is.').always(),
})
export interface DaemonSet extends TypeOf<typeof DaemonSet> {}
