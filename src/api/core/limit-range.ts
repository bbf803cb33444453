import { ObjectMeta } from '../meta/index.ts'
import { list, map, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const LimitRangeItem = struct(
  'io.k8s.api.core.v1.LimitRangeItem',
  'Limits for one type of thing.',
  {
    type: string(1, '`Container`, `Pod` or `PersistentVolumeClaim`.')
      .named('v1.LimitType')
      .required(),
    max: map(2, quantity, 'The most.'),
    min: map(3, quantity, 'The least.'),
    default: map(4, quantity, 'Limits for those that have none.'),
    defaultRequest: map(5, quantity, 'Requests for those that have none.'),
    maxLimitRequestRatio: map(6, quantity, 'How many times the request the limit may be.'),
  },
)
export interface LimitRangeItem extends TypeOf<typeof LimitRangeItem> {}

export const LimitRangeSpec = struct(
  'io.k8s.api.core.v1.LimitRangeSpec',
  'The limits of a namespace.',
  {
    limits: list(1, LimitRangeItem, 'The limits.').atomic().required(),
  },
)
export interface LimitRangeSpec extends TypeOf<typeof LimitRangeSpec> {}

export const LimitRange = struct(
  'io.k8s.api.core.v1.LimitRange',
  'What a pod, container or claim in a namespace may ask for.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, LimitRangeSpec, 'What is wanted.').always(),
  },
)
export interface LimitRange extends TypeOf<typeof LimitRange> {}
