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
  "A ConfigMap that configures a node's agent; no longer supported.",
  {
    namespace: string(1, 'Namespace of the ConfigMap.').required(),
    name: string(2, 'Name of the ConfigMap.').required(),
    uid: string(3, 'Identity of the ConfigMap that is meant.').named('types.UID'),
    resourceVersion: string(4, 'Version of the ConfigMap that is meant.'),
    kubeletConfigKey: string(5, 'Key under which the configuration is.').required(),
  },
)
export interface ConfigMapNodeConfigSource extends TypeOf<typeof ConfigMapNodeConfigSource> {}

export const NodeConfigSource = struct(
  'io.k8s.api.core.v1.NodeConfigSource',
  "Where an agent's configuration comes from; no longer supported.",
  {
    configMap: ref(2, ConfigMapNodeConfigSource, 'A ConfigMap.'),
  },
)
export interface NodeConfigSource extends TypeOf<typeof NodeConfigSource> {}

export const NodeAddress = struct('io.k8s.api.core.v1.NodeAddress', 'An address of a node.', {
  type: string(1, '`Hostname`, `InternalIP`, `ExternalIP`, `InternalDNS` or `ExternalDNS`.')
    .named('v1.NodeAddressType')
    .required(),
  address: string(2, 'The address or name.').required(),
})
export interface NodeAddress extends TypeOf<typeof NodeAddress> {}

export const NodeCondition = struct(
  'io.k8s.api.core.v1.NodeCondition',
  "One aspect of a node's state.",
  {
    type: string(
      1,
      '`Ready`, `MemoryPressure`, `DiskPressure`, `PIDPressure` or `NetworkUnavailable`.',
    )
      .named('v1.NodeConditionType')
      .required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastHeartbeatTime: time(3, 'When the agent said so last.').written(),
    lastTransitionTime: time(4, 'When the status changed last.').written(),
    reason: string(5, 'Why, in one CamelCase word, for programs.'),
    message: string(6, 'What happened, for people.'),
  },
)
export interface NodeCondition extends TypeOf<typeof NodeCondition> {}

export const NodeConfigStatus = struct(
  'io.k8s.api.core.v1.NodeConfigStatus',
  'Which configuration an agent uses; no longer supported.',
  {
    assigned: ref(1, NodeConfigSource, 'The one it was given.'),
    active: ref(2, NodeConfigSource, 'The one in use.'),
    lastKnownGood: ref(3, NodeConfigSource, 'The one it falls back to.'),
    error: string(4, 'Why it does not use that.'),
  },
)
export interface NodeConfigStatus extends TypeOf<typeof NodeConfigStatus> {}

export const DaemonEndpoint = struct(
  'io.k8s.api.core.v1.DaemonEndpoint',
  "Port of a node's agent.",
  {
    Port: int32(1, 'Number of the port.').required(),
  },
)
export interface DaemonEndpoint extends TypeOf<typeof DaemonEndpoint> {}

export const NodeDaemonEndpoints = struct(
  'io.k8s.api.core.v1.NodeDaemonEndpoints',
  'Ports of what runs on a node.',
  {
    kubeletEndpoint: ref(1, DaemonEndpoint, "Port of the node's agent.").written(),
  },
)
export interface NodeDaemonEndpoints extends TypeOf<typeof NodeDaemonEndpoints> {}

export const NodeFeatures = struct(
  'io.k8s.api.core.v1.NodeFeatures',
  "What a node's runtime can do.",
  {
    supplementalGroupsPolicy: boolean(1, 'Whether it knows `supplementalGroupsPolicy`.').nullable(),
  },
)
export interface NodeFeatures extends TypeOf<typeof NodeFeatures> {}

export const ContainerImage = struct(
  'io.k8s.api.core.v1.ContainerImage',
  'An image that a node has.',
  {
    names: list(1, string, 'Names under which the image is known.').atomic().written(),
    sizeBytes: int64(2, 'Size of the image.'),
  },
)
export interface ContainerImage extends TypeOf<typeof ContainerImage> {}

export const NodeSwapStatus = struct('io.k8s.api.core.v1.NodeSwapStatus', 'Swap space of a node.', {
  capacity: int64(1, 'Its size in bytes.').nullable(),
})
export interface NodeSwapStatus extends TypeOf<typeof NodeSwapStatus> {}

export const NodeSystemInfo = struct(
  'io.k8s.api.core.v1.NodeSystemInfo',
  'Versions and identities of a machine.',
  {
    machineID: string(1, 'Identity of the installation.').required(),
    systemUUID: string(2, 'Identity of the machine, from its firmware.').required(),
    bootID: string(3, 'Changes with every start of the machine.').required(),
    kernelVersion: string(4, 'Version of the kernel.').required(),
    osImage: string(5, 'Name and version of the operating system.').required(),
    containerRuntimeVersion: string(
      6,
      'Runtime and its version, as `containerd://1.7.0`.',
    ).required(),
    kubeletVersion: string(7, "Version of the node's agent.").required(),
    kubeProxyVersion: string(8, 'No longer told.').required(),
    operatingSystem: string(9, '`linux` or `windows`.').required(),
    architecture: string(10, 'Of the processor, such as `amd64`.').required(),
    swap: ref(11, NodeSwapStatus, 'Swap space.'),
  },
)
export interface NodeSystemInfo extends TypeOf<typeof NodeSystemInfo> {}

export const NodeRuntimeHandlerFeatures = struct(
  'io.k8s.api.core.v1.NodeRuntimeHandlerFeatures',
  'What one way of running containers can do.',
  {
    recursiveReadOnlyMounts: boolean(
      1,
      'Whether it can make mounts read-only all the way down.',
    ).nullable(),
    userNamespaces: boolean(2, 'Whether it can run pods in user namespaces.').nullable(),
  },
)
export interface NodeRuntimeHandlerFeatures extends TypeOf<typeof NodeRuntimeHandlerFeatures> {}

export const NodeRuntimeHandler = struct(
  'io.k8s.api.core.v1.NodeRuntimeHandler',
  'A way in which a node runs containers.',
  {
    name: string(1, 'Its name; empty for the default.').written(),
    features: ref(2, NodeRuntimeHandlerFeatures, 'What it can do.'),
  },
)
export interface NodeRuntimeHandler extends TypeOf<typeof NodeRuntimeHandler> {}

export const AttachedVolume = struct(
  'io.k8s.api.core.v1.AttachedVolume',
  'A volume that is attached to a node.',
  {
    name: string(1, 'Name of the volume.').named('v1.UniqueVolumeName').required(),
    devicePath: string(2, 'Where the node sees the device.').required(),
  },
)
export interface AttachedVolume extends TypeOf<typeof AttachedVolume> {}

export const NodeStatus = struct('io.k8s.api.core.v1.NodeStatus', "What a node's agent tells.", {
  capacity: map(1, quantity, 'What the node has, by resource.'),
  allocatable: map(
    2,
    quantity,
    'What pods may use, by resource; the capacity less what is set aside.',
  ),
  phase: string(3, 'No longer used.').named('v1.NodePhase'),
  conditions: list(4, NodeCondition, 'What holds at present, by type.')
    .keyed('type')
    .patch('merge', 'type'),
  addresses: list(5, NodeAddress, 'Where the node can be reached.')
    .keyed('type')
    .patch('merge', 'type'),
  daemonEndpoints: ref(6, NodeDaemonEndpoints, 'Ports of what runs on the node.').written(),
  nodeInfo: ref(7, NodeSystemInfo, 'Versions and identities of the machine.').written(),
  images: list(8, ContainerImage, 'Images that the node has.').atomic(),
  volumesInUse: list(9, string, 'Volumes that are mounted.').named('v1.UniqueVolumeName').atomic(),
  volumesAttached: list(10, AttachedVolume, 'Volumes that are attached.').atomic(),
  config: ref(11, NodeConfigStatus, 'No longer supported.'),
  runtimeHandlers: list(12, NodeRuntimeHandler, 'Ways in which the node runs containers.').atomic(),
  features: ref(13, NodeFeatures, 'What the runtime can do.'),
  declaredFeatures: list(
    14,
    string,
    'Features of the agent that schedulers should know of.',
  ).atomic(),
})
export interface NodeStatus extends TypeOf<typeof NodeStatus> {}
