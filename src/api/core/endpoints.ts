import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectReference } from './reference.ts'
import { ObjectMeta } from '../meta/index.ts'

export const EndpointAddress = struct(
  'io.k8s.api.core.v1.EndpointAddress',
  '',
  {
    hostname: string(3),
    ip: string(1).required(),
    nodeName: string(4).nullable(),
    targetRef: ref(2, ObjectReference),
  },
  { mapType: 'atomic' },
)
export interface EndpointAddress extends TypeOf<typeof EndpointAddress> {}

export const EndpointPort = struct(
  'io.k8s.api.core.v1.EndpointPort',
  '',
  {
    appProtocol: string(4).nullable(),
    name: string(1),
    port: int32(2).required(),
    protocol: string(3),
  },
  { mapType: 'atomic' },
)
export interface EndpointPort extends TypeOf<typeof EndpointPort> {}

export const EndpointSubset = struct('io.k8s.api.core.v1.EndpointSubset', '', {
  addresses: list(1, EndpointAddress).atomic(),
  notReadyAddresses: list(2, EndpointAddress).atomic(),
  ports: list(3, EndpointPort).atomic(),
})
export interface EndpointSubset extends TypeOf<typeof EndpointSubset> {}

export const Endpoints = struct('io.k8s.api.core.v1.Endpoints', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  subsets: list(2, EndpointSubset).atomic(),
})
export interface Endpoints extends TypeOf<typeof Endpoints> {}
