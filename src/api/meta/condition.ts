import { int64, string, struct, time, type TypeOf } from '../schema/index.ts'

export const Condition = struct('io.k8s.apimachinery.pkg.apis.meta.v1.Condition', '', {
  lastTransitionTime: time(4).required(),
  message: string(6).required(),
  observedGeneration: int64(3),
  reason: string(5).required(),
  status: string(2).required(),
  type: string(1).required(),
})
export interface Condition extends TypeOf<typeof Condition> {}
