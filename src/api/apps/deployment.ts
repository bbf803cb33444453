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

export const RollingUpdateDeployment = struct('io.k8s.api.apps.v1.RollingUpdateDeployment', '', {
  maxSurge: intOrString(2).nullable(),
  maxUnavailable: intOrString(1).nullable(),
})
export interface RollingUpdateDeployment extends TypeOf<typeof RollingUpdateDeployment> {}

export const DeploymentStrategy = struct('io.k8s.api.apps.v1.DeploymentStrategy', '', {
  rollingUpdate: ref(2, RollingUpdateDeployment),
  type: string(1),
})
export interface DeploymentStrategy extends TypeOf<typeof DeploymentStrategy> {}

export const DeploymentSpec = struct('io.k8s.api.apps.v1.DeploymentSpec', '', {
  minReadySeconds: int32(5),
  paused: boolean(7),
  progressDeadlineSeconds: int32(9).nullable(),
  replicas: int32(1).nullable(),
  revisionHistoryLimit: int32(6).nullable(),
  selector: ref(2, LabelSelector).required(),
  strategy: ref(4, DeploymentStrategy).written().patch('retainKeys'),
  template: ref(3, PodTemplateSpec).required().always(),
})
export interface DeploymentSpec extends TypeOf<typeof DeploymentSpec> {}

export const DeploymentCondition = struct('io.k8s.api.apps.v1.DeploymentCondition', '', {
  lastTransitionTime: time(7).written(),
  lastUpdateTime: time(6).written(),
  message: string(5),
  reason: string(4),
  status: string(2).required(),
  type: string(1).required(),
})
export interface DeploymentCondition extends TypeOf<typeof DeploymentCondition> {}

export const DeploymentStatus = struct('io.k8s.api.apps.v1.DeploymentStatus', '', {
  availableReplicas: int32(4),
  collisionCount: int32(8).nullable(),
  conditions: list(6, DeploymentCondition).keyed('type').patch('merge', 'type'),
  observedGeneration: int64(1),
  readyReplicas: int32(7),
  replicas: int32(2),
  terminatingReplicas: int32(9).nullable(),
  unavailableReplicas: int32(5),
  updatedReplicas: int32(3),
})
export interface DeploymentStatus extends TypeOf<typeof DeploymentStatus> {}

export const Deployment = struct('io.k8s.api.apps.v1.Deployment', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, DeploymentSpec).always(),
  status: ref(3, DeploymentStatus).always(),
})
export interface Deployment extends TypeOf<typeof Deployment> {}
