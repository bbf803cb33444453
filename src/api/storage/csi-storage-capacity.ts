import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const CSIStorageCapacity = struct(
  'io.k8s.api.storage.v1.CSIStorageCapacity',
  'How much storage is left somewhere.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    nodeTopology: ref(2, LabelSelector, 'Nodes that it is about.'),
    storageClassName: string(3, 'Name of its class.').required(),
    capacity: quantity(4, 'How much is left.').nullable(),
    maximumVolumeSize: quantity(5, 'The largest volume that can be made.').nullable(),
  },
)
export interface CSIStorageCapacity extends TypeOf<typeof CSIStorageCapacity> {}
