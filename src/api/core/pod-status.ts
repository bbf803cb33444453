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

export const PodCondition = struct(
  'io.k8s.api.core.v1.PodCondition',
  "One aspect of a pod's state.",
  {
    type: string(1, '`PodScheduled`, `Initialized`, `ContainersReady`, `Ready` …')
      .named('v1.PodConditionType')
      .required(),
    observedGeneration: int64(7, 'The generation of the object that this is about.'),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    lastProbeTime: time(3, 'When it was looked at last.').written(),
    lastTransitionTime: time(4, 'When the status changed last.').written(),
    reason: string(5, 'Why, in one CamelCase word, for programs.'),
    message: string(6, 'What happened, for people.'),
  },
)
export interface PodCondition extends TypeOf<typeof PodCondition> {}

export const ContainerExtendedResourceRequest = struct(
  'io.k8s.api.core.v1.ContainerExtendedResourceRequest',
  'Which request of a claim serves an extended resource of a container.',
  {
    containerName: string(1, 'Name of the container.').required(),
    resourceName: string(2, 'Name of the resource.').required(),
    requestName: string(3, 'Name of the request in the claim.').required(),
  },
)
export interface ContainerExtendedResourceRequest
  extends TypeOf<typeof ContainerExtendedResourceRequest> {}

export const PodExtendedResourceClaimStatus = struct(
  'io.k8s.api.core.v1.PodExtendedResourceClaimStatus',
  "The claim that serves a pod's extended resources.",
  {
    requestMappings: list(
      1,
      ContainerExtendedResourceRequest,
      'Which request serves which container.',
    )
      .required()
      .atomic(),
    resourceClaimName: string(2, 'Name of the claim.').required(),
  },
)
export interface PodExtendedResourceClaimStatus
  extends TypeOf<typeof PodExtendedResourceClaimStatus> {}

export const HostIP = struct('io.k8s.api.core.v1.HostIP', 'An address of the node.', {
  ip: string(1, 'The address.').required(),
})
export interface HostIP extends TypeOf<typeof HostIP> {}

export const NodeAllocatableResourceClaimStatus = struct(
  'io.k8s.api.core.v1.NodeAllocatableResourceClaimStatus',
  "What a claim takes of a node's allocatable resources.",
  {
    resourceClaimName: string(1, 'Name of the claim.').required(),
    containers: list(2, string, 'Containers that use the claim.').set(),
    resources: map(3, quantity, 'Amounts, by resource.').required(),
  },
)
export interface NodeAllocatableResourceClaimStatus
  extends TypeOf<typeof NodeAllocatableResourceClaimStatus> {}

export const PodIP = struct('io.k8s.api.core.v1.PodIP', 'An address of the pod.', {
  ip: string(1, 'The address.').required(),
})
export interface PodIP extends TypeOf<typeof PodIP> {}

export const PodResourceClaimStatus = struct(
  'io.k8s.api.core.v1.PodResourceClaimStatus',
  'The claim that was made for a pod.',
  {
    name: string(1, 'Name inside the pod.').required(),
    resourceClaimName: string(2, 'Name of the claim; absent if none was needed.').nullable(),
  },
)
export interface PodResourceClaimStatus extends TypeOf<typeof PodResourceClaimStatus> {}

export const PodStatus = struct('io.k8s.api.core.v1.PodStatus', 'What is known of a pod.', {
  observedGeneration: int64(17, 'The generation of the pod that the agent has seen.'),
  phase: string(1, '`Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.').named(
    'v1.PodPhase',
  ),
  conditions: list(2, PodCondition, 'What holds at present, by type.')
    .keyed('type')
    .patch('merge', 'type'),
  message: string(3, 'Why it is in this state, for people.'),
  reason: string(4, 'Why it is in this state, in one word, such as `Evicted`.'),
  nominatedNodeName: string(11, 'Node on which room is being made for it.'),
  hostIP: string(5, 'Address of its node.'),
  hostIPs: list(16, HostIP, 'Addresses of its node, one for each family.')
    .atomic()
    .patch('merge', 'ip'),
  podIP: string(6, 'Its address; repeats the first of `podIPs`.'),
  podIPs: list(12, PodIP, 'Its addresses, one for each family.').keyed('ip').patch('merge', 'ip'),
  startTime: time(7, "When the node's agent took it on.").nullable().nullable(),
  initContainerStatuses: list(10, ContainerStatus, 'Its init containers, in order.').atomic(),
  containerStatuses: list(8, ContainerStatus, 'Its containers.').atomic(),
  qosClass: string(
    9,
    '`Guaranteed`, `Burstable` or `BestEffort`: who is ended last when memory runs out.',
  ).named('v1.PodQOSClass'),
  ephemeralContainerStatuses: list(13, ContainerStatus, 'Its ephemeral containers.').atomic(),
  resize: string(14, 'How far a change of its resources is; see the conditions.').named(
    'v1.PodResizeStatus',
  ),
  resourceClaimStatuses: list(15, PodResourceClaimStatus, 'Claims that were made for it.')
    .keyed('name')
    .patch('merge,retainKeys', 'name'),
  extendedResourceClaimStatus: ref(
    18,
    PodExtendedResourceClaimStatus,
    'The claim that serves its extended resources.',
  ),
  allocatedResources: map(19, quantity, 'What the node has set aside for it.'),
  resources: ref(20, ResourceRequirements, 'What it may use at present.'),
  nodeAllocatableResourceClaimStatuses: list(
    21,
    NodeAllocatableResourceClaimStatus,
    "What its claims take of the node's resources.",
  ).atomic(),
})
export interface PodStatus extends TypeOf<typeof PodStatus> {}
