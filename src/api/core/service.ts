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

export const ServicePort = struct('io.k8s.api.core.v1.ServicePort', '', {
  appProtocol: string(6).nullable(),
  name: string(1),
  nodePort: int32(5),
  port: int32(3).required(),
  protocol: string(2),
  targetPort: intOrString(4).written(),
})
export interface ServicePort extends TypeOf<typeof ServicePort> {}

export const ClientIPConfig = struct('io.k8s.api.core.v1.ClientIPConfig', '', {
  timeoutSeconds: int32(1).nullable(),
})
export interface ClientIPConfig extends TypeOf<typeof ClientIPConfig> {}

export const SessionAffinityConfig = struct('io.k8s.api.core.v1.SessionAffinityConfig', '', {
  clientIP: ref(1, ClientIPConfig),
})
export interface SessionAffinityConfig extends TypeOf<typeof SessionAffinityConfig> {}

export const ServiceSpec = struct('io.k8s.api.core.v1.ServiceSpec', '', {
  allocateLoadBalancerNodePorts: boolean(20).nullable(),
  clusterIP: string(3),
  clusterIPs: list(18, string).atomic(),
  externalIPs: list(5, string).atomic(),
  externalName: string(10),
  externalTrafficPolicy: string(11),
  healthCheckNodePort: int32(12),
  internalTrafficPolicy: string(22).nullable(),
  ipFamilies: list(19, string).atomic(),
  ipFamilyPolicy: string(17).nullable(),
  loadBalancerClass: string(21).nullable(),
  loadBalancerIP: string(8),
  loadBalancerSourceRanges: list(9, string).atomic(),
  ports: list(1, ServicePort).keyed('port', 'protocol').patch('merge', 'port'),
  publishNotReadyAddresses: boolean(13),
  selector: map(2, string).atomicMap(),
  sessionAffinity: string(7),
  sessionAffinityConfig: ref(14, SessionAffinityConfig),
  trafficDistribution: string(23).nullable(),
  type: string(4),
})
export interface ServiceSpec extends TypeOf<typeof ServiceSpec> {}

export const PortStatus = struct('io.k8s.api.core.v1.PortStatus', '', {
  error: string(3).nullable(),
  port: int32(1).required(),
  protocol: string(2).required(),
})
export interface PortStatus extends TypeOf<typeof PortStatus> {}

export const LoadBalancerIngress = struct('io.k8s.api.core.v1.LoadBalancerIngress', '', {
  hostname: string(2),
  ip: string(1),
  ipMode: string(3).nullable(),
  ports: list(4, PortStatus).atomic(),
})
export interface LoadBalancerIngress extends TypeOf<typeof LoadBalancerIngress> {}

export const LoadBalancerStatus = struct('io.k8s.api.core.v1.LoadBalancerStatus', '', {
  ingress: list(1, LoadBalancerIngress).atomic(),
})
export interface LoadBalancerStatus extends TypeOf<typeof LoadBalancerStatus> {}

export const ServiceStatus = struct('io.k8s.api.core.v1.ServiceStatus', '', {
  conditions: list(2, Condition).keyed('type').patch('merge', 'type'),
  loadBalancer: ref(1, LoadBalancerStatus).written(),
})
export interface ServiceStatus extends TypeOf<typeof ServiceStatus> {}

export const Service = struct('io.k8s.api.core.v1.Service', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, ServiceSpec).always(),
  status: ref(3, ServiceStatus).always(),
})
export interface Service extends TypeOf<typeof Service> {}
