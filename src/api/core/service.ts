import {
  boolean,
  int32,
  intOrString,
  list,
  map,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'
import { Condition, ObjectMeta } from '../meta/index.ts'

export const ServicePort = struct('io.k8s.api.core.v1.ServicePort', 'A port of a service.', {
  name: string(1, 'Name of the port; needed if there are several.'),
  protocol: string(2, '`TCP`, `UDP` or `SCTP`.').named('v1.Protocol'),
  appProtocol: string(6, 'Protocol on top, such as `http` or `kubernetes.io/h2c`.').nullable(),
  port: int32(3, "Number of the port at the service's address.").required(),
  targetPort: intOrString(4, "Number or name of the pods' port; `port` by default.").written(),
  nodePort: int32(5, "Port at every node's address; chosen by the server if absent."),
})
export interface ServicePort extends TypeOf<typeof ServicePort> {}

export const ClientIPConfig = struct(
  'io.k8s.api.core.v1.ClientIPConfig',
  'Settings of session affinity by client address.',
  {
    timeoutSeconds: int32(
      1,
      'How long a client stays with its pod, 1 to 86400 seconds; three hours by default.',
    ).nullable(),
  },
)
export interface ClientIPConfig extends TypeOf<typeof ClientIPConfig> {}

export const SessionAffinityConfig = struct(
  'io.k8s.api.core.v1.SessionAffinityConfig',
  'Settings of session affinity.',
  {
    clientIP: ref(1, ClientIPConfig, 'Of `ClientIP`.'),
  },
)
export interface SessionAffinityConfig extends TypeOf<typeof SessionAffinityConfig> {}

export const ServiceSpec = struct(
  'io.k8s.api.core.v1.ServiceSpec',
  'What is wanted of a service.',
  {
    ports: list(1, ServicePort, 'Its ports.').keyed('port', 'protocol').patch('merge', 'port'),
    selector: map(
      2,
      string,
      'Labels of the pods behind it; without it, endpoints are made by others.',
    ).atomicMap(),
    clusterIP: string(
      3,
      'Its address inside the cluster; chosen by the server if absent, `None`: names of pods only.',
    ),
    clusterIPs: list(18, string, 'Its addresses inside the cluster, one for each family.').atomic(),
    type: string(4, '`ClusterIP` (default), `NodePort`, `LoadBalancer` or `ExternalName`.').named(
      'v1.ServiceType',
    ),
    externalIPs: list(5, string, 'Further addresses at which nodes take requests for it.').atomic(),
    sessionAffinity: string(
      7,
      '`None` (default), or `ClientIP`: a client stays with its pod.',
    ).named('v1.ServiceAffinity'),
    loadBalancerIP: string(
      8,
      'Address that the load balancer should have; use annotations of its maker instead.',
    ),
    loadBalancerSourceRanges: list(9, string, 'Who may use the load balancer.').atomic(),
    externalName: string(10, 'Name to which `ExternalName` services lead.'),
    externalTrafficPolicy: string(
      11,
      '`Cluster` (default), or `Local`: only pods on the node that was asked.',
    ).named('v1.ServiceExternalTrafficPolicy'),
    healthCheckNodePort: int32(
      12,
      'Port at which nodes tell load balancers whether they have pods.',
    ),
    publishNotReadyAddresses: boolean(13, 'Also leads to pods that are not ready.'),
    sessionAffinityConfig: ref(14, SessionAffinityConfig, 'Settings of `ClientIP`.'),
    ipFamilies: list(19, string, '`IPv4`, `IPv6` or both, the first one first.')
      .named('v1.IPFamily')
      .atomic(),
    ipFamilyPolicy: string(17, '`SingleStack`, `PreferDualStack` or `RequireDualStack`.')
      .named('v1.IPFamilyPolicy')
      .nullable(),
    allocateLoadBalancerNodePorts: boolean(
      20,
      'Whether a load balancer gets node ports too; true by default.',
    ).nullable(),
    loadBalancerClass: string(21, 'Who makes the load balancer; never changes.').nullable(),
    internalTrafficPolicy: string(
      22,
      '`Cluster` (default), or `Local`: only pods on the asking node.',
    )
      .named('v1.ServiceInternalTrafficPolicy')
      .nullable(),
    trafficDistribution: string(
      23,
      'Which endpoints are better, such as `PreferClose`.',
    ).nullable(),
  },
)
export interface ServiceSpec extends TypeOf<typeof ServiceSpec> {}

export const PortStatus = struct('io.k8s.api.core.v1.PortStatus', 'A port of a load balancer.', {
  port: int32(1, 'Number of the port.').required(),
  protocol: string(2, '`TCP`, `UDP` or `SCTP`.').named('v1.Protocol').required(),
  error: string(3, 'What is wrong with it, in one word.').nullable(),
})
export interface PortStatus extends TypeOf<typeof PortStatus> {}

export const LoadBalancerIngress = struct(
  'io.k8s.api.core.v1.LoadBalancerIngress',
  'Where a load balancer takes requests.',
  {
    ip: string(1, 'Address of the load balancer.'),
    hostname: string(2, 'Name of the load balancer.'),
    ipMode: string(3, '`VIP`, or `Proxy`: whether the node may take the short cut.')
      .named('v1.LoadBalancerIPMode')
      .nullable(),
    ports: list(4, PortStatus, 'Ports, and what is wrong with them.').atomic(),
  },
)
export interface LoadBalancerIngress extends TypeOf<typeof LoadBalancerIngress> {}

export const LoadBalancerStatus = struct(
  'io.k8s.api.core.v1.LoadBalancerStatus',
  'What is known of a load balancer.',
  {
    ingress: list(1, LoadBalancerIngress, 'Where it takes requests.').atomic(),
  },
)
export interface LoadBalancerStatus extends TypeOf<typeof LoadBalancerStatus> {}

export const ServiceStatus = struct(
  'io.k8s.api.core.v1.ServiceStatus',
  'What is known of a service.',
  {
    loadBalancer: ref(1, LoadBalancerStatus, 'Its load balancer.').written(),
    conditions: list(2, Condition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface ServiceStatus extends TypeOf<typeof ServiceStatus> {}

export const Service = struct(
  'io.k8s.api.core.v1.Service',
  'A name and address for pods that serve the same.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ServiceSpec, 'What is wanted.').always(),
    status: ref(3, ServiceStatus, 'What is.').always(),
  },
)
export interface Service extends TypeOf<typeof Service> {}
