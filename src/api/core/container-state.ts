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

export const ResourceHealth = struct('io.k8s.api.core.v1.ResourceHealth', 'Health of a device.', {
  resourceID: string(1, 'Identity of the device.').named('v1.ResourceID').required(),
  health: string(2, '`Healthy`, `Unhealthy` or `Unknown`.').named('v1.ResourceHealthStatus'),
  message: string(6, 'Details, for people.').nullable(),
})
export interface ResourceHealth extends TypeOf<typeof ResourceHealth> {}

export const ResourceStatus = struct(
  'io.k8s.api.core.v1.ResourceStatus',
  'Health of the devices of one resource.',
  {
    name: string(1, 'Name of the resource.').named('v1.ResourceName').required(),
    resources: list(2, ResourceHealth, 'The devices.').keyed('resourceID'),
  },
)
export interface ResourceStatus extends TypeOf<typeof ResourceStatus> {}

export const ContainerStateRunning = struct(
  'io.k8s.api.core.v1.ContainerStateRunning',
  'A container that runs.',
  {
    startedAt: time(1, 'When it was started.').written(),
  },
)
export interface ContainerStateRunning extends TypeOf<typeof ContainerStateRunning> {}

export const ContainerStateTerminated = struct(
  'io.k8s.api.core.v1.ContainerStateTerminated',
  'A container that has ended.',
  {
    exitCode: int32(1, 'Status with which it ended.').required(),
    signal: int32(2, 'Signal that ended it.'),
    reason: string(3, 'Why it ended, in one word: `Completed`, `Error`, `OOMKilled` …'),
    message: string(4, 'What the container left to explain its end.'),
    startedAt: time(5, 'When it was started.').written(),
    finishedAt: time(6, 'When it ended.').written(),
    containerID: string(7, 'Identity at the runtime, as `type://id`.'),
  },
)
export interface ContainerStateTerminated extends TypeOf<typeof ContainerStateTerminated> {}

export const ContainerStateWaiting = struct(
  'io.k8s.api.core.v1.ContainerStateWaiting',
  'A container that has not started yet.',
  {
    reason: string(1, 'What it waits for, in one word: `ContainerCreating`, `CrashLoopBackOff` …'),
    message: string(2, 'What it waits for, for people.'),
  },
)
export interface ContainerStateWaiting extends TypeOf<typeof ContainerStateWaiting> {}

export const ContainerState = struct(
  'io.k8s.api.core.v1.ContainerState',
  'What a container does: one of three.',
  {
    waiting: ref(1, ContainerStateWaiting, 'It has not started yet.'),
    running: ref(2, ContainerStateRunning, 'It runs.'),
    terminated: ref(3, ContainerStateTerminated, 'It has ended.'),
  },
)
export interface ContainerState extends TypeOf<typeof ContainerState> {}

export const LinuxContainerUser = struct(
  'io.k8s.api.core.v1.LinuxContainerUser',
  'User and groups of a process on Linux.',
  {
    uid: int64(1, 'Number of the user.').required(),
    gid: int64(2, 'Number of the first group.').required(),
    supplementalGroups: list(3, int64, 'Numbers of further groups.').atomic(),
  },
)
export interface LinuxContainerUser extends TypeOf<typeof LinuxContainerUser> {}

export const ContainerUser = struct(
  'io.k8s.api.core.v1.ContainerUser',
  "User and groups of a container's first process.",
  {
    linux: ref(1, LinuxContainerUser, 'On Linux.'),
  },
)
export interface ContainerUser extends TypeOf<typeof ContainerUser> {}

export const ContainerStatus = struct(
  'io.k8s.api.core.v1.ContainerStatus',
  "What a node's agent tells of a container.",
  {
    name: string(1, 'Name of the container.').required(),
    state: ref(2, ContainerState, 'What it does at present.').written(),
    lastState: ref(3, ContainerState, 'How it ended the last time.').written(),
    ready: boolean(4, 'Whether it can take requests.').required(),
    restartCount: int32(5, 'How often it was started anew.').required(),
    image: string(6, 'Name of the image that runs.').required(),
    imageID: string(7, 'Identity of the image that runs.').required(),
    containerID: string(8, 'Identity at the runtime, as `type://id`.'),
    started: boolean(9, 'Whether it has passed its startup probe and hook.').nullable(),
    allocatedResources: map(10, quantity, 'What the node has set aside for it.'),
    resources: ref(11, ResourceRequirements, 'What it may use at present.'),
    volumeMounts: list(12, VolumeMountStatus, 'How its volumes are mounted.')
      .keyed('mountPath')
      .patch('merge', 'mountPath'),
    user: ref(13, ContainerUser, 'User and groups of its first process.'),
    allocatedResourcesStatus: list(14, ResourceStatus, 'Health of the devices that it was given.')
      .keyed('name')
      .patch('merge', 'name'),
    stopSignal: string(15, 'Signal that ends it.').named('v1.Signal').nullable(),
  },
)
export interface ContainerStatus extends TypeOf<typeof ContainerStatus> {}
