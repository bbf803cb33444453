import { int64, string, struct, time, type TypeOf } from '../schema/index.ts'

export const Condition = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.Condition',
  "One aspect of an object's state.",
  {
    type: string(1, 'Which aspect, in CamelCase.').required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    observedGeneration: int64(3, 'The generation of the object that this is about.'),
    lastTransitionTime: time(4, 'When the status changed last.').required(),
    reason: string(5, 'Why the condition became what it is, in one CamelCase word.').required(),
    message: string(6, 'Details, for people; may be empty.').required(),
  },
)
export interface Condition extends TypeOf<typeof Condition> {}
