import { boolean, bytes, map, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ConfigMap = struct('io.k8s.api.core.v1.ConfigMap', 'Settings for pods to use.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  immutable: boolean(4, 'If true, the entries can never be changed.').nullable(),
  data: map(2, string, 'Entries as text, by key.'),
  binaryData: map(3, bytes, 'Entries that are no text, in Base64.'),
})
export interface ConfigMap extends TypeOf<typeof ConfigMap> {}
