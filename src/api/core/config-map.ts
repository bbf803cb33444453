import { boolean, bytes, map, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ConfigMap = struct('io.k8s.api.core.v1.ConfigMap', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  binaryData: map(3, bytes),
  data: map(2, string),
  immutable: boolean(4).nullable(),
})
export interface ConfigMap extends TypeOf<typeof ConfigMap> {}
