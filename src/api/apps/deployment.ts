import {
  boolean,
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
import { PodTemplateSpec } from '../core/index.ts'
import { LabelSelector } from '../meta/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const RollingUpdateDeployment = struct(
  'io.k8s.api.apps.v1.RollingUpdateDeployment',
  'How fast pods are replaced.',
  {
    maxUnavailable: intOrString(
      1,
      'How many pods fewer than wanted there may be: a number or a percentage; 25% by default.',
    ).nullable(),
    maxSurge: intOrString(
      2,
      'How many pods more than wanted there may be: a number or a percentage; 25% by default.',
    ).nullable(),
  },
)
export interface RollingUpdateDeployment extends TypeOf<typeof RollingUpdateDeployment> {}

export const DeploymentStrategy = struct(
  'io.k8s.api.apps.v1.DeploymentStrategy',
  'How old pods are replaced by new ones.',
  {
    type: string(
      1,
      '`RollingUpdate` (default), or `Recreate`: all old pods end before new ones start.',
    ).named('v1.DeploymentStrategyType'),
    rollingUpdate: ref(2, RollingUpdateDeployment, 'Settings for `RollingUpdate`.'),
  },
)
export interface DeploymentStrategy extends TypeOf<typeof DeploymentStrategy> {}

export const DeploymentSpec = struct(
  'io.k8s.api.apps.v1.DeploymentSpec',
  'What is wanted of a deployment.',
  {
    replicas: int32(1, 'How many pods there shall be; 1 by default.').nullable(),
    selector: ref(
      2,
      LabelSelector,
      'Labels by which the pods are found; they must be those of the template.',
    ).required(),
    template: ref(3, PodTemplateSpec, 'What the pods are made from.').required().always(),
    strategy: ref(4, DeploymentStrategy, 'How old pods are replaced by new ones.')
      .written()
      .patch('retainKeys'),
    minReadySeconds: int32(
      5,
      'How long a new pod must be ready before it counts as available; 0 by default.',
    ),
    revisionHistoryLimit: int32(
      6,
      'How many former states are kept for undoing; 10 by default.',
    ).nullable(),
    paused: boolean(7, 'While true, changes of the template are not carried out.'),
    progressDeadlineSeconds: int32(
      9,
      'After how long without progress the deployment counts as failed; 600 by default.',
    ).nullable(),
  },
)
export interface DeploymentSpec extends TypeOf<typeof DeploymentSpec> {}

export const DeploymentCondition = struct(
  'io.k8s.api.apps.v1.DeploymentCondition',
  "One aspect of a deployment's state.",
  {
    type: string(1, '`Available`, `Progressing` or `ReplicaFailure`.')
      .named('v1.DeploymentConditionType')
      .required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastUpdateTime: time(6, 'When the condition was looked at last.').written(),
    lastTransitionTime: time(7, 'When the status changed last.').written(),
    reason: string(4, 'Why, in one CamelCase word, for programs.'),
    message: string(5, 'What happened, for people.'),
  },
)
export interface DeploymentCondition extends TypeOf<typeof DeploymentCondition> {}

export const DeploymentStatus = struct(
  'io.k8s.api.apps.v1.DeploymentStatus',
  'How far a deployment is.',
  {
    observedGeneration: int64(1, 'The generation of the object that this is about.'),
    replicas: int32(2, 'Pods that exist.'),
    updatedReplicas: int32(3, 'Pods of the newest template.'),
    readyReplicas: int32(7, 'Pods that are ready.'),
    availableReplicas: int32(4, 'Pods that have been ready for long enough.'),
    unavailableReplicas: int32(5, 'Pods that are still missing.'),
    terminatingReplicas: int32(9, 'Pods that are being deleted.').nullable(),
    conditions: list(6, DeploymentCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
    collisionCount: int32(8, 'How often a name for a new ReplicaSet was taken already.').nullable(),
  },
)
export interface DeploymentStatus extends TypeOf<typeof DeploymentStatus> {}

export const Deployment = struct(
  'io.k8s.api.apps.v1.Deployment',
  'A number of equal pods that are replaced step by step when their template changes.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, DeploymentSpec, 'What is wanted.').always(),
    status: ref(3, DeploymentStatus, 'What is.').always(),
  },
)
export interface Deployment extends TypeOf<typeof Deployment> {}
