import { TopologySelectorTerm } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { boolean, list, map, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const StorageClass = struct('io.k8s.api.storage.v1.StorageClass', 'A kind of storage.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  provisioner: string(2, 'Who makes the volumes.').required(),
  parameters: map(3, string, 'Settings for the driver, not looked into.'),
  reclaimPolicy: string(4, 'Of its volumes: `Delete` (the default) or `Retain`.')
    .named('v1.PersistentVolumeReclaimPolicy')
    .nullable(),
  mountOptions: list(5, string, 'Options for mounting, not checked.').atomic(),
  allowVolumeExpansion: boolean(6, 'Whether volumes may grow.').nullable(),
  volumeBindingMode: string(7, '`Immediate` (the default) or `WaitForFirstConsumer`.')
    .named('v1.VolumeBindingMode')
    .nullable(),
  allowedTopologies: list(8, TopologySelectorTerm, 'Where volumes may be.').atomic(),
})
export interface StorageClass extends TypeOf<typeof StorageClass> {}
