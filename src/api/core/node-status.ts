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

export const ConfigMapNodeConfigSource = struct(
  'io.k8s.api.core.v1.ConfigMapNodeConfigSource',
  '',
  {
    kubeletConfigKey: string(5).required(),
    name: string(2).required(),
    namespace: string(1).required(),
    resourceVersion: string(4),
    uid: string(3),
  },
)
export interface ConfigMapNodeConfigSource extends TypeOf<typeof ConfigMapNodeConfigSource> {}

export const NodeConfigSource = struct('io.k8s.api.core.v1.NodeConfigSource', '', {
  configMap: ref(2, ConfigMapNodeConfigSource),
})
export interface NodeConfigSource extends TypeOf<typeof NodeConfigSource> {}

export const NodeAddress = struct('io.k8s.api.core.v1.NodeAddress', '', {
  address: string(2).required(),
  type: string(1).required(),
})
export interface NodeAddress extends TypeOf<typeof NodeAddress> {}

export const NodeCondition = struct('io.k8s.api.core.v1.NodeCondition', '', {
  lastHeartbeatTime: time(3).written(),
  lastTransitionTime: time(4).written(),
  message: string(6),
  reason: string(5),
  status: string(2).required(),
  type: string(1).required(),
})
export interface NodeCondition extends TypeOf<typeof NodeCondition> {}

export const NodeConfigStatus = struct('io.k8s.api.core.v1.NodeConfigStatus', '', {
  active: ref(2, NodeConfigSource),
  assigned: ref(1, NodeConfigSource),
  error: string(4),
  lastKnownGood: ref(3, NodeConfigSource),
})
export interface NodeConfigStatus extends TypeOf<typeof NodeConfigStatus> {}

export const DaemonEndpoint = struct('io.k8s.api.core.v1.DaemonEndpoint', '', {
  Port: int32(1).required(),
})
export interface DaemonEndpoint extends TypeOf<typeof DaemonEndpoint> {}

export const NodeDaemonEndpoints = struct('io.k8s.api.core.v1.NodeDaemonEndpoints', '', {
  kubeletEndpoint: ref(1, DaemonEndpoint).written(),
})
export interface NodeDaemonEndpoints extends TypeOf<typeof NodeDaemonEndpoints> {}

export const NodeFeatures = struct('io.k8s.api.core.v1.NodeFeatures', '', {
  supplementalGroupsPolicy: boolean(1).nullable(),
})
export interface NodeFeatures extends TypeOf<typeof NodeFeatures> {}

export const ContainerImage = struct('io.k8s.api.core.v1.ContainerImage', '', {
  names: list(1, string).atomic().written(),
  sizeBytes: int64(2),
})
export interface ContainerImage extends TypeOf<typeof ContainerImage> {}

export const NodeSwapStatus = struct('io.k8s.api.core.v1.NodeSwapStatus', '', {
  capacity: int64(1).nullable(),
})
export interface NodeSwapStatus extends TypeOf<typeof NodeSwapStatus> {}

export const NodeSystemInfo = struct('io.k8s.api.core.v1.NodeSystemInfo', '', {
  architecture: string(10).required(),
  bootID: string(3).required(),
  containerRuntimeVersion: string(6).required(),
  kernelVersion: string(4).required(),
  kubeProxyVersion: string(8).required(),
  kubeletVersion: string(7).required(),
  machineID: string(1).required(),
  operatingSystem: string(9).required(),
  osImage: string(5).required(),
  swap: ref(11, NodeSwapStatus),
  systemUUID: string(2).required(),
})
export interface NodeSystemInfo extends TypeOf<typeof NodeSystemInfo> {}

export const NodeRuntimeHandlerFeatures = struct(
  'io.k8s.api.core.v1.NodeRuntimeHandlerFeatures',
  '',
  {
    recursiveReadOnlyMounts: boolean(1).nullable(),
    userNamespaces: boolean(2).nullable(),
  },
)
export interface NodeRuntimeHandlerFeatures extends TypeOf<typeof NodeRuntimeHandlerFeatures> {}

export const NodeRuntimeHandler = struct('io.k8s.api.core.v1.NodeRuntimeHandler', '', {
  features: ref(2, NodeRuntimeHandlerFeatures),
  name: string(1).written(),
})
export interface NodeRuntimeHandler extends TypeOf<typeof NodeRuntimeHandler> {}

export const AttachedVolume = struct('io.k8s.api.core.v1.AttachedVolume', '', {
  devicePath: string(2).required(),
  name: string(1).required(),
})
export interface AttachedVolume extends TypeOf<typeof AttachedVolume> {}

export const NodeStatus = struct('io.k8s.api.core.v1.NodeStatus', '', {
  addresses: list(5, NodeAddress).keyed('type').patch('merge', 'type'),
  allocatable: map(2, quantity),
  capacity: map(1, quantity),
  conditions: list(4, NodeCondition).keyed('type').patch('merge', 'type'),
  config: ref(11, NodeConfigStatus),
  daemonEndpoints: ref(6, NodeDaemonEndpoints).written(),
  declaredFeatures: list(14, string).atomic(),
  features: ref(13, NodeFeatures),
  images: list(8, ContainerImage).atomic(),
  nodeInfo: ref(7, NodeSystemInfo).written(),
  phase: string(3),
  runtimeHandlers: list(12, NodeRuntimeHandler).atomic(),
  volumesAttached: list(10, AttachedVolume).atomic(),
  volumesInUse: list(9, string).atomic(),
})
export interface NodeStatus extends TypeOf<typeof NodeStatus> {}
