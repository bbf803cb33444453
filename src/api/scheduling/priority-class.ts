import { ObjectMeta } from '../meta/index.ts'
import { boolean, int32, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const PriorityClass = struct('io.k8s.api.scheduling.v1.PriorityClass', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  description: string(4),
  globalDefault: boolean(3),
  preemptionPolicy: string(5).nullable(),
  value: int32(2).written(),
})
export interface PriorityClass extends TypeOf<typeof PriorityClass> {}
