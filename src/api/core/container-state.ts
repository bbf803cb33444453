import {
  boolean,
  int32,
  int64,
  list,
  map,
  quantity,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'
import { ResourceRequirements } from './container.ts'
import { VolumeMountStatus } from './volume-status.ts'

export const ResourceHealth = struct('io.k8s.api.core.v1.ResourceHealth', '', {
  health: string(2),
  message: string(6).nullable(),
  resourceID: string(1).required(),
})
export interface ResourceHealth extends TypeOf<typeof ResourceHealth> {}

export const ResourceStatus = struct('io.k8s.api.core.v1.ResourceStatus', '', {
  name: string(1).required(),
  resources: list(2, ResourceHealth).keyed('resourceID'),
})
export interface ResourceStatus extends TypeOf<typeof ResourceStatus> {}

export const ContainerStateRunning = struct('io.k8s.api.core.v1.ContainerStateRunning', '', {
  startedAt: time(1).written(),
})
export interface ContainerStateRunning extends TypeOf<typeof ContainerStateRunning> {}

export const ContainerStateTerminated = struct('io.k8s.api.core.v1.ContainerStateTerminated', '', {
  containerID: string(7),
  exitCode: int32(1).required(),
  finishedAt: time(6).written(),
  message: string(4),
  reason: string(3),
  signal: int32(2),
  startedAt: time(5).written(),
})
export interface ContainerStateTerminated extends TypeOf<typeof ContainerStateTerminated> {}

export const ContainerStateWaiting = struct('io.k8s.api.core.v1.ContainerStateWaiting', '', {
  message: string(2),
  reason: string(1),
})
export interface ContainerStateWaiting extends TypeOf<typeof ContainerStateWaiting> {}

export const ContainerState = struct('io.k8s.api.core.v1.ContainerState', '', {
  running: ref(2, ContainerStateRunning),
  terminated: ref(3, ContainerStateTerminated),
  waiting: ref(1, ContainerStateWaiting),
})
export interface ContainerState extends TypeOf<typeof ContainerState> {}

export const LinuxContainerUser = struct('io.k8s.api.core.v1.LinuxContainerUser', '', {
  gid: int64(2).required(),
  supplementalGroups: list(3, int64).atomic(),
  uid: int64(1).required(),
})
export interface LinuxContainerUser extends TypeOf<typeof LinuxContainerUser> {}

export const ContainerUser = struct('io.k8s.api.core.v1.ContainerUser', '', {
  linux: ref(1, LinuxContainerUser),
})
export interface ContainerUser extends TypeOf<typeof ContainerUser> {}

export const ContainerStatus = struct('io.k8s.api.core.v1.ContainerStatus', '', {
  allocatedResources: map(10, quantity),
  allocatedResourcesStatus: list(14, ResourceStatus).keyed('name').patch('merge', 'name'),
  containerID: string(8),
  image: string(6).required(),
  imageID: string(7).required(),
  lastState: ref(3, ContainerState).written(),
  name: string(1).required(),
  ready: boolean(4).required(),
  resources: ref(11, ResourceRequirements),
  restartCount: int32(5).required(),
  started: boolean(9).nullable(),
  state: ref(2, ContainerState).written(),
  stopSignal: string(15).nullable(),
  user: ref(13, ContainerUser),
  volumeMounts: list(12, VolumeMountStatus).keyed('mountPath').patch('merge', 'mountPath'),
})
export interface ContainerStatus extends TypeOf<typeof ContainerStatus> {}
