import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectReference } from './reference.ts'
import { ObjectMeta } from '../meta/index.ts'

export const EndpointAddress = struct(
  'io.k8s.api.core.v1.EndpointAddress',
  'An address behind a service.',
  {
    ip: string(1, 'The address.').required(),
    hostname: string(3, "Name in DNS below the service's."),
    nodeName: string(4, 'Node on which it is.').nullable(),
    targetRef: ref(2, ObjectReference, 'The pod behind it.'),
  },
  { mapType: 'atomic' },
)
export interface EndpointAddress extends TypeOf<typeof EndpointAddress> {}

export const EndpointPort = struct(
  'io.k8s.api.core.v1.EndpointPort',
  'A port of endpoints.',
  {
    name: string(1, 'Name of the port, as the service has it.'),
    port: int32(2, 'Number of the port.').required(),
    protocol: string(3, '`TCP`, `UDP` or `SCTP`.').named('v1.Protocol'),
    appProtocol: string(4, 'Protocol on top, such as `http` or `kubernetes.io/h2c`.').nullable(),
  },
  { mapType: 'atomic' },
)
export interface EndpointPort extends TypeOf<typeof EndpointPort> {}

export const EndpointSubset = struct(
  'io.k8s.api.core.v1.EndpointSubset',
  'Addresses that serve the same ports.',
  {
    addresses: list(1, EndpointAddress, 'Addresses that take requests.').atomic(),
    notReadyAddresses: list(
      2,
      EndpointAddress,
      'Addresses that do not take requests yet.',
    ).atomic(),
    ports: list(3, EndpointPort, 'Ports of every address.').atomic(),
  },
)
export interface EndpointSubset extends TypeOf<typeof EndpointSubset> {}

export const Endpoints = struct(
  'io.k8s.api.core.v1.Endpoints',
  'The endpoints of a service in one object; EndpointSlices are what is used.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    subsets: list(2, EndpointSubset, 'Addresses by the ports that they serve.').atomic(),
  },
)
export interface Endpoints extends TypeOf<typeof Endpoints> {}
