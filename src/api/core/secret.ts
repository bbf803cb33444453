import { boolean, bytes, map, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const Secret = struct('io.k8s.api.core.v1.Secret', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  data: map(2, bytes),
  immutable: boolean(5).nullable(),
  stringData: map(4, string),
  type: string(3),
})
export interface Secret extends TypeOf<typeof Secret> {}
