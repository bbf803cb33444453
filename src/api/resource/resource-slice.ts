import { NodeSelector } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { CounterSet, Device } from './device.ts'
import { boolean, int64, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ResourcePool = struct('io.k8s.api.resource.v1.ResourcePool', '', {
  generation: int64(2).required(),
  name: string(1).required(),
  resourceSliceCount: int64(3).required(),
})
export interface ResourcePool extends TypeOf<typeof ResourcePool> {}

export const ResourceSliceSpec = struct('io.k8s.api.resource.v1.ResourceSliceSpec', '', {
  allNodes: boolean(5).nullable(),
  devices: list(6, Device).atomic(),
  driver: string(1).required(),
  nodeName: string(3).nullable(),
  nodeSelector: ref(4, NodeSelector),
  perDeviceNodeSelection: boolean(7).nullable(),
  pool: ref(2, ResourcePool).required().written(),
  sharedCounters: list(8, CounterSet).atomic(),
})
export interface ResourceSliceSpec extends TypeOf<typeof ResourceSliceSpec> {}

export const ResourceSlice = struct('io.k8s.api.resource.v1.ResourceSlice', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, ResourceSliceSpec).required().always(),
})
export interface ResourceSlice extends TypeOf<typeof ResourceSlice> {}
