import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { int32, intOrString, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const IPBlock = struct('io.k8s.api.networking.v1.IPBlock', '', {
  cidr: string(1).required(),
  except: list(2, string).atomic(),
})
export interface IPBlock extends TypeOf<typeof IPBlock> {}

export const NetworkPolicyPort = struct('io.k8s.api.networking.v1.NetworkPolicyPort', '', {
  endPort: int32(3).nullable(),
  port: intOrString(2).nullable(),
  protocol: string(1).named('v1.Protocol').nullable(),
})
export interface NetworkPolicyPort extends TypeOf<typeof NetworkPolicyPort> {}

export const NetworkPolicyPeer = struct('io.k8s.api.networking.v1.NetworkPolicyPeer', '', {
  ipBlock: ref(3, IPBlock),
  namespaceSelector: ref(2, LabelSelector),
  podSelector: ref(1, LabelSelector),
})
export interface NetworkPolicyPeer extends TypeOf<typeof NetworkPolicyPeer> {}

export const NetworkPolicyEgressRule = struct(
  'io.k8s.api.networking.v1.NetworkPolicyEgressRule',
  '',
  {
    ports: list(1, NetworkPolicyPort).atomic(),
    to: list(2, NetworkPolicyPeer).atomic(),
  },
)
export interface NetworkPolicyEgressRule extends TypeOf<typeof NetworkPolicyEgressRule> {}

export const NetworkPolicyIngressRule = struct(
  'io.k8s.api.networking.v1.NetworkPolicyIngressRule',
  '',
  {
    from: list(2, NetworkPolicyPeer).atomic(),
    ports: list(1, NetworkPolicyPort).atomic(),
  },
)
export interface NetworkPolicyIngressRule extends TypeOf<typeof NetworkPolicyIngressRule> {}

export const NetworkPolicySpec = struct('io.k8s.api.networking.v1.NetworkPolicySpec', '', {
  egress: list(3, NetworkPolicyEgressRule).atomic(),
  ingress: list(2, NetworkPolicyIngressRule).atomic(),
  podSelector: ref(1, LabelSelector).written(),
  policyTypes: list(4, string).atomic().named('v1.PolicyType'),
})
export interface NetworkPolicySpec extends TypeOf<typeof NetworkPolicySpec> {}

export const NetworkPolicy = struct('io.k8s.api.networking.v1.NetworkPolicy', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, NetworkPolicySpec).always(),
})
export interface NetworkPolicy extends TypeOf<typeof NetworkPolicy> {}
