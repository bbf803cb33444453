import { boolean, int32, list, map, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectReference } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const EndpointConditions = struct(
  'io.k8s.api.discovery.v1.EndpointConditions',
  'Whether an endpoint takes requests.',
  {
    ready: boolean(1, 'Whether new requests may come; absent means true.').nullable(),
    serving: boolean(
      2,
      'As `ready`, but also true of an endpoint that is being deleted.',
    ).nullable(),
    terminating: boolean(3, 'Whether the endpoint is being deleted.').nullable(),
  },
)
export interface EndpointConditions extends TypeOf<typeof EndpointConditions> {}

export const ForNode = struct(
  'io.k8s.api.discovery.v1.ForNode',
  'A node that should use an endpoint.',
  {
    name: string(1, 'Name of the node.').required(),
  },
)
export interface ForNode extends TypeOf<typeof ForNode> {}

export const ForZone = struct(
  'io.k8s.api.discovery.v1.ForZone',
  'A zone that should use an endpoint.',
  {
    name: string(1, 'Name of the zone.').required(),
  },
)
export interface ForZone extends TypeOf<typeof ForZone> {}

export const EndpointHints = struct(
  'io.k8s.api.discovery.v1.EndpointHints',
  'Who should use an endpoint.',
  {
    forZones: list(1, ForZone, 'Zones that should, eight at most.').atomic(),
    forNodes: list(2, ForNode, 'Nodes that should, eight at most.').atomic(),
  },
)
export interface EndpointHints extends TypeOf<typeof EndpointHints> {}

export const Endpoint = struct(
  'io.k8s.api.discovery.v1.Endpoint',
  'One pod, or other target, behind a service.',
  {
    addresses: list(1, string, 'Addresses of the endpoint, all equal; 100 at most.')
      .required()
      .set(),
    conditions: ref(2, EndpointConditions, 'Whether it takes requests.').written(),
    hostname: string(3, "Name in DNS below the service's.").nullable(),
    targetRef: ref(4, ObjectReference, 'The pod behind it.'),
    deprecatedTopology: map(5, string, 'Where it is, as written before `zone` and `nodeName`.'),
    nodeName: string(6, 'Node on which it is.').nullable(),
    zone: string(7, 'Zone in which it is.').nullable(),
    hints: ref(8, EndpointHints, 'Who should use it.'),
  },
)
export interface Endpoint extends TypeOf<typeof Endpoint> {}

export const EndpointSlicePort = struct(
  'io.k8s.api.discovery.v1.EndpointPort',
  'A port of endpoints.',
  {
    name: string(1, 'Name of the port, as the service has it.').nullable(),
    protocol: string(2, '`TCP`, `UDP` or `SCTP`.').named('v1.Protocol').nullable(),
    port: int32(3, 'Number of the port.').nullable(),
    appProtocol: string(4, 'Protocol on top, such as `http` or `kubernetes.io/h2c`.').nullable(),
  },
  { mapType: 'atomic' },
)
export interface EndpointSlicePort extends TypeOf<typeof EndpointSlicePort> {}

export const EndpointSlice = struct(
  'io.k8s.api.discovery.v1.EndpointSlice',
  'A part of the endpoints of a service.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    addressType: string(4, '`IPv4`, `IPv6` or `FQDN`; never changes.')
      .named('v1.AddressType')
      .required(),
    endpoints: list(2, Endpoint, 'The endpoints, 1000 at most.').atomic().written(),
    ports: list(3, EndpointSlicePort, 'Ports that every endpoint of the slice serves.')
      .atomic()
      .written(),
  },
)
export interface EndpointSlice extends TypeOf<typeof EndpointSlice> {}
