import { ObjectMeta } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ComponentCondition = struct(
  'io.k8s.api.core.v1.ComponentCondition',
  "One aspect of a component's state.",
  {
    type: string(1, '`Healthy`.').named('v1.ComponentConditionType').required(),
    status: string(2, '`True`, `False` or `Unknown`.').named('v1.ConditionStatus').required(),
    message: string(3, 'What happened, for people.'),
    error: string(4, 'What is wrong.'),
  },
)
export interface ComponentCondition extends TypeOf<typeof ComponentCondition> {}

export const ComponentStatus = struct(
  'io.k8s.api.core.v1.ComponentStatus',
  'How a part of the control plane is.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    conditions: list(2, ComponentCondition, 'What holds at present, by type.')
      .keyed('type')
      .patch('merge', 'type'),
  },
)
export interface ComponentStatus extends TypeOf<typeof ComponentStatus> {}
