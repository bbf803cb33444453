import { int64, raw, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const ControllerRevision = struct('io.k8s.api.apps.v1.ControllerRevision', '', {
  apiVersion: string(0),
  kind: string(0),
  metadata: ref(1, ObjectMeta).always(),
  data: raw(2).written(),
  revision: int64(3).required(),
})
export interface ControllerRevision extends TypeOf<typeof ControllerRevision> {}
