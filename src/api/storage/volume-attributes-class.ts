import { ObjectMeta } from '../meta/index.ts'
import { map, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const VolumeAttributesClass = struct('io.k8s.api.storage.v1.VolumeAttributesClass', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  driverName: string(2).required(),
  parameters: map(3, string),
})
export interface VolumeAttributesClass extends TypeOf<typeof VolumeAttributesClass> {}
