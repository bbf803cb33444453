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
  type TypeOf,
} from '../schema/index.ts'
import { Affinity, Toleration, TopologySpreadConstraint } from './affinity.ts'
import { Container, EphemeralContainer, ResourceRequirements } from './container.ts'
import { LocalObjectReference } from './reference.ts'
import { PodSecurityContext } from './security-context.ts'
import { Volume } from './volume.ts'
import { ObjectMeta } from '../meta/index.ts'

export const PodDNSConfigOption = struct(
  'io.k8s.api.core.v1.PodDNSConfigOption',
  'An option of the resolver.',
  {
    name: string(1, 'Name of the option.'),
    value: string(2, 'Its value, if it has one.').nullable(),
  },
)
export interface PodDNSConfigOption extends TypeOf<typeof PodDNSConfigOption> {}

export const PodDNSConfig = struct(
  'io.k8s.api.core.v1.PodDNSConfig',
  'How the pod finds names, beside what its policy says.',
  {
    nameservers: list(1, string, 'Addresses of name servers.').atomic(),
    searches: list(2, string, 'Domains to search in.').atomic(),
    options: list(3, PodDNSConfigOption, 'Options of the resolver.').atomic(),
  },
)
export interface PodDNSConfig extends TypeOf<typeof PodDNSConfig> {}

export const HostAlias = struct('io.k8s.api.core.v1.HostAlias', "A line of the pod's hosts file.", {
  ip: string(1, 'The address.').required(),
  hostnames: list(2, string, 'Names of the address.').atomic(),
})
export interface HostAlias extends TypeOf<typeof HostAlias> {}

export const PodOS = struct('io.k8s.api.core.v1.PodOS', 'Operating system of a pod.', {
  name: string(1, '`linux` or `windows`.').named('v1.OSName').required(),
})
export interface PodOS extends TypeOf<typeof PodOS> {}

export const PodReadinessGate = struct(
  'io.k8s.api.core.v1.PodReadinessGate',
  'A further condition that readiness needs.',
  {
    conditionType: string(1, 'Type of the condition.').named('v1.PodConditionType').required(),
  },
)
export interface PodReadinessGate extends TypeOf<typeof PodReadinessGate> {}

export const PodResourceClaim = struct(
  'io.k8s.api.core.v1.PodResourceClaim',
  "A claim for devices that the pod's containers may use.",
  {
    name: string(1, 'Name inside the pod, a DNS label.').required(),
    resourceClaimName: string(3, 'A claim that exists.').nullable(),
    resourceClaimTemplateName: string(
      4,
      'A template from which a claim is made for the pod.',
    ).nullable(),
  },
)
export interface PodResourceClaim extends TypeOf<typeof PodResourceClaim> {}

export const PodSchedulingGate = struct(
  'io.k8s.api.core.v1.PodSchedulingGate',
  'Keeps a pod from being scheduled until it is taken away.',
  {
    name: string(1, 'Name of the gate.').required(),
  },
)
export interface PodSchedulingGate extends TypeOf<typeof PodSchedulingGate> {}

export const PodSchedulingGroup = struct(
  'io.k8s.api.core.v1.PodSchedulingGroup',
  'Pods that are scheduled together or not at all.',
  {
    podGroupName: string(1, 'Name of the group.').nullable(),
  },
)
export interface PodSchedulingGroup extends TypeOf<typeof PodSchedulingGroup> {}

export const PodSpec = struct('io.k8s.api.core.v1.PodSpec', 'What is wanted of a pod.', {
  volumes: list(1, Volume, 'What its containers can mount.')
    .keyed('name')
    .patch('merge,retainKeys', 'name'),
  initContainers: list(
    20,
    Container,
    'Containers that run one after the other before the others start.',
  )
    .keyed('name')
    .patch('merge', 'name'),
  containers: list(2, Container, 'The containers; one at least. None can be added later.')
    .required()
    .keyed('name')
    .patch('merge', 'name'),
  ephemeralContainers: list(
    34,
    EphemeralContainer,
    'Containers put into the running pod to find a fault.',
  )
    .keyed('name')
    .patch('merge', 'name'),
  restartPolicy: string(
    3,
    'When ended containers are started anew: `Always` (default), `OnFailure` or `Never`.',
  ).named('v1.RestartPolicy'),
  terminationGracePeriodSeconds: int64(
    4,
    'How long it has to end by itself; 30 by default.',
  ).nullable(),
  activeDeadlineSeconds: int64(
    5,
    'After how long the pod is ended and counts as failed.',
  ).nullable(),
  dnsPolicy: string(
    6,
    '`ClusterFirst` (default), `ClusterFirstWithHostNet`, `Default` or `None`.',
  ).named('v1.DNSPolicy'),
  nodeSelector: map(7, string, 'Labels that its node must have.').atomicMap(),
  serviceAccountName: string(8, 'Account as which it speaks to the API; `default` by default.'),
  serviceAccount: string(9, 'Former name of `serviceAccountName`.'),
  automountServiceAccountToken: boolean(
    21,
    'Whether containers get a token for the API.',
  ).nullable(),
  nodeName: string(10, 'Node on which it runs; set by the scheduler.'),
  hostNetwork: boolean(11, "Shares the node's network."),
  hostPID: boolean(12, "Sees the node's processes."),
  hostIPC: boolean(13, "Shares the node's inter-process communication."),
  shareProcessNamespace: boolean(27, "Lets its containers see each other's processes.").nullable(),
  securityContext: ref(14, PodSecurityContext, 'Rights of all its processes.'),
  imagePullSecrets: list(15, LocalObjectReference, 'Secrets to fetch images with.')
    .keyed('name')
    .patch('merge', 'name'),
  hostname: string(16, "Host name; the pod's name by default."),
  subdomain: string(17, 'Service below whose name it has a name of its own.'),
  affinity: ref(18, Affinity, 'Rules that draw it to nodes, or away from them.'),
  schedulerName: string(19, 'Which scheduler finds its node; `default-scheduler` by default.'),
  tolerations: list(22, Toleration, 'Taints of nodes that do not keep it away.').atomic(),
  hostAliases: list(23, HostAlias, 'Further lines of the hosts file.')
    .keyed('ip')
    .patch('merge', 'ip'),
  priorityClassName: string(24, 'Class of its priority.'),
  priority: int32(25, 'The higher, the more important; from the priority class.').nullable(),
  dnsConfig: ref(26, PodDNSConfig, 'How it finds names, beside `dnsPolicy`.'),
  readinessGates: list(28, PodReadinessGate, 'Further conditions that readiness needs.').atomic(),
  runtimeClassName: string(29, 'How its containers are run.').nullable(),
  enableServiceLinks: boolean(
    30,
    'Whether services become environment variables; true by default.',
  ).nullable(),
  preemptionPolicy: string(31, '`PreemptLowerPriority` (default) or `Never`.')
    .named('v1.PreemptionPolicy')
    .nullable(),
  overhead: map(32, quantity, 'What the pod itself costs, beside its containers.'),
  topologySpreadConstraints: list(
    33,
    TopologySpreadConstraint,
    'How its like is spread over places.',
  )
    .keyed('topologyKey', 'whenUnsatisfiable')
    .patch('merge', 'topologyKey'),
  setHostnameAsFQDN: boolean(35, 'Makes the full name in DNS its host name.').nullable(),
  os: ref(36, PodOS, 'Operating system that it needs.'),
  hostUsers: boolean(37, 'If false, the pod gets a user namespace of its own.').nullable(),
  schedulingGates: list(38, PodSchedulingGate, 'What keeps it from being scheduled yet.')
    .keyed('name')
    .patch('merge', 'name'),
  resourceClaims: list(39, PodResourceClaim, 'Claims for devices that its containers may use.')
    .keyed('name')
    .patch('merge,retainKeys', 'name'),
  resources: ref(40, ResourceRequirements, 'What all containers together need and may use.'),
  hostnameOverride: string(41, 'Host name in all forms, whatever else is set.').nullable(),
  schedulingGroup: ref(43, PodSchedulingGroup, 'Pods with which it is scheduled together.'),
})
export interface PodSpec extends TypeOf<typeof PodSpec> {}

export const PodTemplateSpec = struct(
  'io.k8s.api.core.v1.PodTemplateSpec',
  'What pods are made from.',
  {
    metadata: ref(1, ObjectMeta, 'Labels and annotations that the pods get.').always(),
    spec: ref(2, PodSpec, 'What is wanted of the pods.').written(),
  },
)
export interface PodTemplateSpec extends TypeOf<typeof PodTemplateSpec> {}
