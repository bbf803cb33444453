import { boolean, int32, list, map, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectReference } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const EndpointConditions = struct('io.k8s.api.discovery.v1.EndpointConditions', '', {
  ready: boolean(1).nullable(),
  serving: boolean(2).nullable(),
  terminating: boolean(3).nullable(),
})
export interface EndpointConditions extends TypeOf<typeof EndpointConditions> {}

export const ForNode = struct('io.k8s.api.discovery.v1.ForNode', '', {
  name: string(1).required(),
})
export interface ForNode extends TypeOf<typeof ForNode> {}

export const ForZone = struct('io.k8s.api.discovery.v1.ForZone', '', {
  name: string(1).required(),
})
export interface ForZone extends TypeOf<typeof ForZone> {}

export const EndpointHints = struct('io.k8s.api.discovery.v1.EndpointHints', '', {
  forNodes: list(2, ForNode).atomic(),
  forZones: list(1, ForZone).atomic(),
})
export interface EndpointHints extends TypeOf<typeof EndpointHints> {}

export const Endpoint = struct('io.k8s.api.discovery.v1.Endpoint', '', {
  addresses: list(1, string).required().set(),
  conditions: ref(2, EndpointConditions).written(),
  deprecatedTopology: map(5, string),
  hints: ref(8, EndpointHints),
  hostname: string(3).nullable(),
  nodeName: string(6).nullable(),
  targetRef: ref(4, ObjectReference),
  zone: string(7).nullable(),
})
export interface Endpoint extends TypeOf<typeof Endpoint> {}

export const EndpointSlicePort = struct(
  'io.k8s.api.discovery.v1.EndpointPort',
  '',
  {
    appProtocol: string(4).nullable(),
    name: string(1).nullable(),
    port: int32(3).nullable(),
    protocol: string(2).nullable(),
  },
  { mapType: 'atomic' },
)
export interface EndpointSlicePort extends TypeOf<typeof EndpointSlicePort> {}

export const EndpointSlice = struct('io.k8s.api.discovery.v1.EndpointSlice', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  addressType: string(4).required(),
  endpoints: list(2, Endpoint).atomic().written(),
  ports: list(3, EndpointSlicePort).atomic().written(),
})
export interface EndpointSlice extends TypeOf<typeof EndpointSlice> {}
