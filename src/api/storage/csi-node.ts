import { ObjectMeta } from '../meta/index.ts'
import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const VolumeNodeResources = struct('io.k8s.api.storage.v1.VolumeNodeResources', '', {
  count: int32(1).nullable(),
})
export interface VolumeNodeResources extends TypeOf<typeof VolumeNodeResources> {}

export const CSINodeDriver = struct('io.k8s.api.storage.v1.CSINodeDriver', '', {
  allocatable: ref(4, VolumeNodeResources),
  name: string(1).required(),
  nodeID: string(2).required(),
  topologyKeys: list(3, string).atomic().written(),
})
export interface CSINodeDriver extends TypeOf<typeof CSINodeDriver> {}

export const CSINodeSpec = struct('io.k8s.api.storage.v1.CSINodeSpec', '', {
  drivers: list(1, CSINodeDriver).keyed('name').patch('merge', 'name').required(),
})
export interface CSINodeSpec extends TypeOf<typeof CSINodeSpec> {}

export const CSINode = struct('io.k8s.api.storage.v1.CSINode', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, CSINodeSpec).required().always(),
})
export interface CSINode extends TypeOf<typeof CSINode> {}
