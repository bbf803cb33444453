import { ObjectMeta } from '../meta/index.ts'
import { boolean, int32, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const PriorityClass = struct(
  'io.k8s.api.scheduling.v1.PriorityClass',
  'How much pods count.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    value: int32(2, 'Their priority.').written(),
    globalDefault: boolean(3, 'Whether pods without a class are of it.'),
    description: string(4, 'What it is for.'),
    preemptionPolicy: string(5, '`PreemptLowerPriority` (the default) or `Never`.')
      .named('v1.PreemptionPolicy')
      .nullable(),
  },
)
export interface PriorityClass extends TypeOf<typeof PriorityClass> {}
