import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const AggregationRule = struct(
  'io.k8s.api.rbac.v1.AggregationRule',
  'Roles that a role is made of.',
  {
    clusterRoleSelectors: list(
      1,
      LabelSelector,
      'The roles, by their labels; one of the selectors is enough.',
    ).atomic(),
  },
)
export interface AggregationRule extends TypeOf<typeof AggregationRule> {}

export const PolicyRule = struct('io.k8s.api.rbac.v1.PolicyRule', 'Something that may be done.', {
  verbs: list(1, string, 'Verbs; `*` for all.').atomic().required(),
  apiGroups: list(2, string, 'Groups, empty for the core group; `*` for all.').atomic(),
  resources: list(3, string, 'Names of the resources, as in URLs; `*` for all.').atomic(),
  resourceNames: list(4, string, 'Names of single objects; all if empty.').atomic(),
  nonResourceURLs: list(5, string, 'Paths, with `*` at the end of one for all below it.').atomic(),
})
export interface PolicyRule extends TypeOf<typeof PolicyRule> {}

export const ClusterRole = struct('io.k8s.api.rbac.v1.ClusterRole', 'What may be done, anywhere.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  rules: list(2, PolicyRule, 'What may be done.').atomic().written(),
  aggregationRule: ref(3, AggregationRule, 'Its rules are those of other roles.'),
})
export interface ClusterRole extends TypeOf<typeof ClusterRole> {}

export const Role = struct('io.k8s.api.rbac.v1.Role', 'What may be done in a namespace.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  rules: list(2, PolicyRule, 'What may be done.').atomic().written(),
})
export interface Role extends TypeOf<typeof Role> {}
