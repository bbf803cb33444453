import { FieldSelectorRequirement, LabelSelectorRequirement } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const FieldSelectorAttributes = struct(
  'io.k8s.api.authorization.v1.FieldSelectorAttributes',
  '',
  {
    rawSelector: string(1),
    requirements: list(2, FieldSelectorRequirement).atomic(),
  },
)
export interface FieldSelectorAttributes extends TypeOf<typeof FieldSelectorAttributes> {}

export const LabelSelectorAttributes = struct(
  'io.k8s.api.authorization.v1.LabelSelectorAttributes',
  '',
  {
    rawSelector: string(1),
    requirements: list(2, LabelSelectorRequirement).atomic(),
  },
)
export interface LabelSelectorAttributes extends TypeOf<typeof LabelSelectorAttributes> {}

export const NonResourceAttributes = struct(
  'io.k8s.api.authorization.v1.NonResourceAttributes',
  '',
  {
    path: string(1),
    verb: string(2),
  },
)
export interface NonResourceAttributes extends TypeOf<typeof NonResourceAttributes> {}

export const ResourceAttributes = struct('io.k8s.api.authorization.v1.ResourceAttributes', '', {
  fieldSelector: ref(8, FieldSelectorAttributes),
  group: string(3),
  labelSelector: ref(9, LabelSelectorAttributes),
  name: string(7),
  namespace: string(1),
  resource: string(5),
  subresource: string(6),
  verb: string(2),
  version: string(4),
})
export interface ResourceAttributes extends TypeOf<typeof ResourceAttributes> {}
