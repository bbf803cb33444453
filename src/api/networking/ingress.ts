import { TypedLocalObjectReference } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ServiceBackendPort = struct(
  'io.k8s.api.networking.v1.ServiceBackendPort',
  'A port of a service, by name or number.',
  {
    name: string(1, 'Its name.'),
    number: int32(2, 'Its number.'),
  },
  { mapType: 'atomic' },
)
export interface ServiceBackendPort extends TypeOf<typeof ServiceBackendPort> {}

export const IngressServiceBackend = struct(
  'io.k8s.api.networking.v1.IngressServiceBackend',
  'A port of a service.',
  {
    name: string(1, 'Name of the service.').required(),
    port: ref(2, ServiceBackendPort, 'Its port.').written(),
  },
)
export interface IngressServiceBackend extends TypeOf<typeof IngressServiceBackend> {}

export const IngressBackend = struct(
  'io.k8s.api.networking.v1.IngressBackend',
  'Where requests go.',
  {
    service: ref(4, IngressServiceBackend, 'A service.'),
    resource: ref(
      3,
      TypedLocalObjectReference,
      'An object of the namespace, instead of a service.',
    ),
  },
)
export interface IngressBackend extends TypeOf<typeof IngressBackend> {}

export const HTTPIngressPath = struct(
  'io.k8s.api.networking.v1.HTTPIngressPath',
  'A path, and where it leads.',
  {
    path: string(1, 'The path.'),
    pathType: string(3, '`Exact`, `Prefix` or `ImplementationSpecific`.')
      .named('v1.PathType')
      .required()
      .nullable()
      .written(),
    backend: ref(2, IngressBackend, 'Where it leads.').required().written(),
  },
)
export interface HTTPIngressPath extends TypeOf<typeof HTTPIngressPath> {}

export const HTTPIngressRuleValue = struct(
  'io.k8s.api.networking.v1.HTTPIngressRuleValue',
  'Paths of a host.',
  {
    paths: list(1, HTTPIngressPath, 'The paths.').atomic().required(),
  },
)
export interface HTTPIngressRuleValue extends TypeOf<typeof HTTPIngressRuleValue> {}

export const IngressPortStatus = struct(
  'io.k8s.api.networking.v1.IngressPortStatus',
  'A port of such a point.',
  {
    port: int32(1, 'Its number.').required(),
    protocol: string(2, '`TCP`, `UDP` or `SCTP`.').named('v1.Protocol').required(),
    error: string(3, 'What is wrong with it.').nullable(),
  },
)
export interface IngressPortStatus extends TypeOf<typeof IngressPortStatus> {}

export const IngressLoadBalancerIngress = struct(
  'io.k8s.api.networking.v1.IngressLoadBalancerIngress',
  'A point where an ingress is reached.',
  {
    ip: string(1, 'Its address.'),
    hostname: string(2, 'Its name.'),
    ports: list(4, IngressPortStatus, 'Its ports.').atomic(),
  },
)
export interface IngressLoadBalancerIngress extends TypeOf<typeof IngressLoadBalancerIngress> {}

export const IngressLoadBalancerStatus = struct(
  'io.k8s.api.networking.v1.IngressLoadBalancerStatus',
  'Where an ingress is reached.',
  {
    ingress: list(1, IngressLoadBalancerIngress, 'The points.').atomic(),
  },
)
export interface IngressLoadBalancerStatus extends TypeOf<typeof IngressLoadBalancerStatus> {}

export const IngressRule = struct(
  'io.k8s.api.networking.v1.IngressRule',
  'Where requests for a host go.',
  {
    host: string(1, 'The host; all by default. `*.` in front: all below it.'),
    http: ref(1, HTTPIngressRuleValue, 'By paths.').inlinedAt(2),
  },
)
export interface IngressRule extends TypeOf<typeof IngressRule> {}

export const IngressTLS = struct('io.k8s.api.networking.v1.IngressTLS', 'TLS for some hosts.', {
  hosts: list(1, string, 'The hosts.').atomic(),
  secretName: string(2, 'Secret with certificate and key.'),
})
export interface IngressTLS extends TypeOf<typeof IngressTLS> {}

export const IngressSpec = struct(
  'io.k8s.api.networking.v1.IngressSpec',
  'What is wanted of an ingress.',
  {
    ingressClassName: string(4, 'Whose it is.').nullable(),
    defaultBackend: ref(1, IngressBackend, 'Where everything else goes.'),
    tls: list(2, IngressTLS, 'Hosts with TLS.').atomic(),
    rules: list(3, IngressRule, 'Where requests go, by host.').atomic(),
  },
)
export interface IngressSpec extends TypeOf<typeof IngressSpec> {}

export const IngressStatus = struct(
  'io.k8s.api.networking.v1.IngressStatus',
  'Where an ingress is reached.',
  {
    loadBalancer: ref(1, IngressLoadBalancerStatus, 'Its load balancer.').written(),
  },
)
export interface IngressStatus extends TypeOf<typeof IngressStatus> {}

export const Ingress = struct(
  'io.k8s.api.networking.v1.Ingress',
  'Leads requests from outside to services.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, IngressSpec, 'What is wanted.').always(),
    status: ref(3, IngressStatus, 'What is.').always(),
  },
)
export interface Ingress extends TypeOf<typeof Ingress> {}
