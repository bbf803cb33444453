import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { int32, intOrString, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const IPBlock = struct('io.k8s.api.networking.v1.IPBlock', 'A block of addresses.', {
  cidr: string(1, 'The block, such as `192.168.1.0/24`.').required(),
  except: list(2, string, 'Parts that are left out.').atomic(),
})
export interface IPBlock extends TypeOf<typeof IPBlock> {}

export const NetworkPolicyPort = struct(
  'io.k8s.api.networking.v1.NetworkPolicyPort',
  'A port, or several in a row.',
  {
    protocol: string(1, '`TCP` (the default), `UDP` or `SCTP`.').named('v1.Protocol').nullable(),
    port: intOrString(2, 'Number or name.').nullable(),
    endPort: int32(3, 'The last of them.').nullable(),
  },
)
export interface NetworkPolicyPort extends TypeOf<typeof NetworkPolicyPort> {}

export const NetworkPolicyPeer = struct(
  'io.k8s.api.networking.v1.NetworkPolicyPeer',
  'The other end of a connection.',
  {
    podSelector: ref(1, LabelSelector, 'Pods, by their labels.'),
    namespaceSelector: ref(
      2,
      LabelSelector,
      'Namespaces that it is about, by their labels; all if empty.',
    ),
    ipBlock: ref(3, IPBlock, 'Addresses.'),
  },
)
export interface NetworkPolicyPeer extends TypeOf<typeof NetworkPolicyPeer> {}

export const NetworkPolicyEgressRule = struct(
  'io.k8s.api.networking.v1.NetworkPolicyEgressRule',
  'Connections that pods may open.',
  {
    ports: list(1, NetworkPolicyPort, 'To these ports; to all if empty.').atomic(),
    to: list(2, NetworkPolicyPeer, 'To these; to all if empty.').atomic(),
  },
)
export interface NetworkPolicyEgressRule extends TypeOf<typeof NetworkPolicyEgressRule> {}

export const NetworkPolicyIngressRule = struct(
  'io.k8s.api.networking.v1.NetworkPolicyIngressRule',
  'Connections that pods may take.',
  {
    ports: list(1, NetworkPolicyPort, 'At these ports; at all if empty.').atomic(),
    from: list(2, NetworkPolicyPeer, 'From these; from all if empty.').atomic(),
  },
)
export interface NetworkPolicyIngressRule extends TypeOf<typeof NetworkPolicyIngressRule> {}

export const NetworkPolicySpec = struct(
  'io.k8s.api.networking.v1.NetworkPolicySpec',
  'Which connections are allowed.',
  {
    podSelector: ref(1, LabelSelector, 'The pods that it is about; all if empty.').written(),
    ingress: list(2, NetworkPolicyIngressRule, 'Those that pods may take.').atomic(),
    egress: list(3, NetworkPolicyEgressRule, 'Those that pods may open.').atomic(),
    policyTypes: list(4, string, '`Ingress`, `Egress`: the directions that it is about.')
      .atomic()
      .named('v1.PolicyType'),
  },
)
export interface NetworkPolicySpec extends TypeOf<typeof NetworkPolicySpec> {}

export const NetworkPolicy = struct(
  'io.k8s.api.networking.v1.NetworkPolicy',
  'Which connections pods may have.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, NetworkPolicySpec, 'What is wanted.').always(),
  },
)
export interface NetworkPolicy extends TypeOf<typeof NetworkPolicy> {}
