import { TopologySelectorTerm } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { boolean, list, map, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const StorageClass = struct('io.k8s.api.storage.v1.StorageClass', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  allowVolumeExpansion: boolean(6).nullable(),
  allowedTopologies: list(8, TopologySelectorTerm).atomic(),
  mountOptions: list(5, string).atomic(),
  parameters: map(3, string),
  provisioner: string(2).required(),
  reclaimPolicy: string(4).named('v1.PersistentVolumeReclaimPolicy').nullable(),
  volumeBindingMode: string(7).named('v1.VolumeBindingMode').nullable(),
})
export interface StorageClass extends TypeOf<typeof StorageClass> {}
