import { FieldSelectorRequirement, LabelSelectorRequirement } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const FieldSelectorAttributes = struct(
  'io.k8s.api.authorization.v1.FieldSelectorAttributes',
  'A field selector of a request.',
  {
    rawSelector: string(1, 'As it was written.'),
    requirements: list(2, FieldSelectorRequirement, 'Taken apart.').atomic(),
  },
)
export interface FieldSelectorAttributes extends TypeOf<typeof FieldSelectorAttributes> {}

export const LabelSelectorAttributes = struct(
  'io.k8s.api.authorization.v1.LabelSelectorAttributes',
  'A label selector of a request.',
  {
    rawSelector: string(1, 'As it was written.'),
    requirements: list(2, LabelSelectorRequirement, 'Taken apart.').atomic(),
  },
)
export interface LabelSelectorAttributes extends TypeOf<typeof LabelSelectorAttributes> {}

export const NonResourceAttributes = struct(
  'io.k8s.api.authorization.v1.NonResourceAttributes',
  'A request about a path.',
  {
    path: string(1, 'The path.'),
    verb: string(2, 'The HTTP method in lower case.'),
  },
)
export interface NonResourceAttributes extends TypeOf<typeof NonResourceAttributes> {}

export const ResourceAttributes = struct(
  'io.k8s.api.authorization.v1.ResourceAttributes',
  'A request about a resource.',
  {
    namespace: string(1, 'Its namespace; empty for all, or for cluster-scoped ones.'),
    verb: string(2, 'Such as `get` or `list`; `*` for all.'),
    group: string(3, 'Its group; `*` for all.'),
    version: string(4, 'Its version; `*` for all.'),
    resource: string(5, 'Its name; `*` for all.'),
    subresource: string(6, 'Its sub-resource.'),
    name: string(7, 'Name of one object; empty for all.'),
    fieldSelector: ref(8, FieldSelectorAttributes, 'Fields by which it is narrowed.'),
    labelSelector: ref(9, LabelSelectorAttributes, 'Labels by which it is narrowed.'),
  },
)
export interface ResourceAttributes extends TypeOf<typeof ResourceAttributes> {}
