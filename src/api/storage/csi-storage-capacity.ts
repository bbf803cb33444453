import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const CSIStorageCapacity = struct('io.k8s.api.storage.v1.CSIStorageCapacity', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  capacity: quantity(4).nullable(),
  maximumVolumeSize: quantity(5).nullable(),
  nodeTopology: ref(2, LabelSelector),
  storageClassName: string(3).required(),
})
export interface CSIStorageCapacity extends TypeOf<typeof CSIStorageCapacity> {}
