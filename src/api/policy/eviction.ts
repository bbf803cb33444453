import { ref, string, struct, type TypeOf } from '../schema/index.ts'
import { DeleteOptions } from '../meta/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const Eviction = struct('io.k8s.api.policy.v1.Eviction', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  deleteOptions: ref(2, DeleteOptions),
})
export interface Eviction extends TypeOf<typeof Eviction> {}
