import { ObjectMeta } from '../meta/index.ts'
import { int32, list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const VolumeNodeResources = struct(
  'io.k8s.api.storage.v1.VolumeNodeResources',
  'How many volumes fit.',
  {
    count: int32(1, 'So many; no limit by default.').nullable(),
  },
)
export interface VolumeNodeResources extends TypeOf<typeof VolumeNodeResources> {}

export const CSINodeDriver = struct(
  'io.k8s.api.storage.v1.CSINodeDriver',
  'A CSI driver of a node.',
  {
    name: string(1, 'Its name.').required(),
    nodeID: string(2, 'Name of the node with the driver.').required(),
    topologyKeys: list(3, string, 'Labels of the node by which it tells places.')
      .atomic()
      .written(),
    allocatable: ref(4, VolumeNodeResources, 'How many volumes fit.'),
  },
)
export interface CSINodeDriver extends TypeOf<typeof CSINodeDriver> {}

export const CSINodeSpec = struct('io.k8s.api.storage.v1.CSINodeSpec', 'The drivers.', {
  drivers: list(1, CSINodeDriver, 'The drivers.').keyed('name').patch('merge', 'name').required(),
})
export interface CSINodeSpec extends TypeOf<typeof CSINodeSpec> {}

export const CSINode = struct('io.k8s.api.storage.v1.CSINode', 'CSI drivers of a node.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, CSINodeSpec, 'What is wanted.').required().always(),
})
export interface CSINode extends TypeOf<typeof CSINode> {}
