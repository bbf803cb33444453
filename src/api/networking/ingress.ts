import { TypedLocalObjectReference } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ServiceBackendPort = struct(
  'io.k8s.api.networking.v1.ServiceBackendPort',
  '',
  {
    name: string(1),
    number: int32(2),
  },
  { mapType: 'atomic' },
)
export interface ServiceBackendPort extends TypeOf<typeof ServiceBackendPort> {}

export const IngressServiceBackend = struct('io.k8s.api.networking.v1.IngressServiceBackend', '', {
  name: string(1).required(),
  port: ref(2, ServiceBackendPort).written(),
})
export interface IngressServiceBackend extends TypeOf<typeof IngressServiceBackend> {}

export const IngressBackend = struct('io.k8s.api.networking.v1.IngressBackend', '', {
  resource: ref(3, TypedLocalObjectReference),
  service: ref(4, IngressServiceBackend),
})
export interface IngressBackend extends TypeOf<typeof IngressBackend> {}

export const HTTPIngressPath = struct('io.k8s.api.networking.v1.HTTPIngressPath', '', {
  backend: ref(2, IngressBackend).required().written(),
  path: string(1),
  pathType: string(3).named('v1.PathType').required().nullable().written(),
})
export interface HTTPIngressPath extends TypeOf<typeof HTTPIngressPath> {}

export const HTTPIngressRuleValue = struct('io.k8s.api.networking.v1.HTTPIngressRuleValue', '', {
  paths: list(1, HTTPIngressPath).atomic().required(),
})
export interface HTTPIngressRuleValue extends TypeOf<typeof HTTPIngressRuleValue> {}

export const IngressPortStatus = struct('io.k8s.api.networking.v1.IngressPortStatus', '', {
  error: string(3).nullable(),
  port: int32(1).required(),
  protocol: string(2).named('v1.Protocol').required(),
})
export interface IngressPortStatus extends TypeOf<typeof IngressPortStatus> {}

export const IngressLoadBalancerIngress = struct(
  'io.k8s.api.networking.v1.IngressLoadBalancerIngress',
  '',
  {
    hostname: string(2),
    ip: string(1),
    ports: list(4, IngressPortStatus).atomic(),
  },
)
export interface IngressLoadBalancerIngress extends TypeOf<typeof IngressLoadBalancerIngress> {}

export const IngressLoadBalancerStatus = struct(
  'io.k8s.api.networking.v1.IngressLoadBalancerStatus',
  '',
  {
    ingress: list(1, IngressLoadBalancerIngress).atomic(),
  },
)
export interface IngressLoadBalancerStatus extends TypeOf<typeof IngressLoadBalancerStatus> {}

export const IngressRule = struct('io.k8s.api.networking.v1.IngressRule', '', {
  host: string(1),
  http: ref(1, HTTPIngressRuleValue).inlinedAt(2),
})
export interface IngressRule extends TypeOf<typeof IngressRule> {}

export const IngressTLS = struct('io.k8s.api.networking.v1.IngressTLS', '', {
  hosts: list(1, string).atomic(),
  secretName: string(2),
})
export interface IngressTLS extends TypeOf<typeof IngressTLS> {}

export const IngressSpec = struct('io.k8s.api.networking.v1.IngressSpec', '', {
  defaultBackend: ref(1, IngressBackend),
  ingressClassName: string(4).nullable(),
  rules: list(3, IngressRule).atomic(),
  tls: list(2, IngressTLS).atomic(),
})
export interface IngressSpec extends TypeOf<typeof IngressSpec> {}

export const IngressStatus = struct('io.k8s.api.networking.v1.IngressStatus', '', {
  loadBalancer: ref(1, IngressLoadBalancerStatus).written(),
})
export interface IngressStatus extends TypeOf<typeof IngressStatus> {}

export const Ingress = struct('io.k8s.api.networking.v1.Ingress', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, IngressSpec).always(),
  status: ref(3, IngressStatus).always(),
})
export interface Ingress extends TypeOf<typeof Ingress> {}
