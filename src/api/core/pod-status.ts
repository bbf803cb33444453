import {
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
import { ContainerStatus } from './container-state.ts'

export const PodCondition = struct('io.k8s.api.core.v1.PodCondition', '', {
  lastProbeTime: time(3).written(),
  lastTransitionTime: time(4).written(),
  message: string(6),
  observedGeneration: int64(7),
  reason: string(5),
  status: string(2).required(),
  type: string(1).required(),
})
export interface PodCondition extends TypeOf<typeof PodCondition> {}

export const ContainerExtendedResourceRequest = struct(
  'io.k8s.api.core.v1.ContainerExtendedResourceRequest',
  '',
  {
    containerName: string(1).required(),
    requestName: string(3).required(),
    resourceName: string(2).required(),
  },
)
export interface ContainerExtendedResourceRequest
  extends TypeOf<typeof ContainerExtendedResourceRequest> {}

export const PodExtendedResourceClaimStatus = struct(
  'io.k8s.api.core.v1.PodExtendedResourceClaimStatus',
  '',
  {
    requestMappings: list(1, ContainerExtendedResourceRequest).required().atomic(),
    resourceClaimName: string(2).required(),
  },
)
export interface PodExtendedResourceClaimStatus
  extends TypeOf<typeof PodExtendedResourceClaimStatus> {}

export const HostIP = struct('io.k8s.api.core.v1.HostIP', '', {
  ip: string(1).required(),
})
export interface HostIP extends TypeOf<typeof HostIP> {}

export const NodeAllocatableResourceClaimStatus = struct(
  'io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus',
  '',
  {
    containers: list(2, string).set(),
    resourceClaimName: string(1).required(),
    resources: map(3, quantity).required(),
  },
)
export interface NodeAllocatableResourceClaimStatus
  extends TypeOf<typeof NodeAllocatableResourceClaimStatus> {}

export const PodIP = struct('io.k8s.api.core.v1.PodIP', '', {
  ip: string(1).required(),
})
export interface PodIP extends TypeOf<typeof PodIP> {}

export const PodResourceClaimStatus = struct('io.k8s.api.core.v1.PodResourceClaimStatus', '', {
  name: string(1).required(),
  resourceClaimName: string(2).nullable(),
})
export interface PodResourceClaimStatus extends TypeOf<typeof PodResourceClaimStatus> {}

export const PodStatus = struct('io.k8s.api.core.v1.PodStatus', '', {
  allocatedResources: map(19, quantity),
  conditions: list(2, PodCondition).keyed('type').patch('merge', 'type'),
  containerStatuses: list(8, ContainerStatus).atomic(),
  ephemeralContainerStatuses: list(13, ContainerStatus).atomic(),
  extendedResourceClaimStatus: ref(18, PodExtendedResourceClaimStatus),
  hostIP: string(5),
  hostIPs: list(16, HostIP).atomic().patch('merge', 'ip'),
  initContainerStatuses: list(10, ContainerStatus).atomic(),
  message: string(3),
  nodeAllocatableResourceClaimStatuses: list(21, NodeAllocatableResourceClaimStatus).atomic(),
  nominatedNodeName: string(11),
  observedGeneration: int64(17),
  phase: string(1),
  podIP: string(6),
  podIPs: list(12, PodIP).keyed('ip').patch('merge', 'ip'),
  qosClass: string(9),
  reason: string(4),
  resize: string(14),
  resourceClaimStatuses: list(15, PodResourceClaimStatus)
    .keyed('name')
    .patch('merge,retainKeys', 'name'),
  resources: ref(20, ResourceRequirements),
  startTime: time(7).nullable(),
})
export interface PodStatus extends TypeOf<typeof PodStatus> {}
