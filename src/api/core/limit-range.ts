import { ObjectMeta } from '../meta/index.ts'
import { list, map, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const LimitRangeItem = struct('io.k8s.api.core.v1.LimitRangeItem', '', {
  default: map(4, quantity),
  defaultRequest: map(5, quantity),
  max: map(2, quantity),
  maxLimitRequestRatio: map(6, quantity),
  min: map(3, quantity),
  type: string(1).named('v1.LimitType').required(),
})
export interface LimitRangeItem extends TypeOf<typeof LimitRangeItem> {}

export const LimitRangeSpec = struct('io.k8s.api.core.v1.LimitRangeSpec', '', {
  limits: list(1, LimitRangeItem).atomic().required(),
})
export interface LimitRangeSpec extends TypeOf<typeof LimitRangeSpec> {}

export const LimitRange = struct('io.k8s.api.core.v1.LimitRange', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, LimitRangeSpec).always(),
})
export interface LimitRange extends TypeOf<typeof LimitRange> {}
