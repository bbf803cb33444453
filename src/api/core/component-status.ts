import { ObjectMeta } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ComponentCondition = struct('io.k8s.api.core.v1.ComponentCondition', '', {
  error: string(4),
  message: string(3),
  status: string(2).named('v1.ConditionStatus').required(),
  type: string(1).named('v1.ComponentConditionType').required(),
})
export interface ComponentCondition extends TypeOf<typeof ComponentCondition> {}

export const ComponentStatus = struct('io.k8s.api.core.v1.ComponentStatus', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  conditions: list(2, ComponentCondition).keyed('type').patch('merge', 'type'),
})
export interface ComponentStatus extends TypeOf<typeof ComponentStatus> {}
