import { LabelSelector, ObjectMeta } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const AggregationRule = struct('io.k8s.api.rbac.v1.AggregationRule', '', {
  clusterRoleSelectors: list(1, LabelSelector).atomic(),
})
export interface AggregationRule extends TypeOf<typeof AggregationRule> {}

export const PolicyRule = struct('io.k8s.api.rbac.v1.PolicyRule', '', {
  apiGroups: list(2, string).atomic(),
  nonResourceURLs: list(5, string).atomic(),
  resourceNames: list(4, string).atomic(),
  resources: list(3, string).atomic(),
  verbs: list(1, string).atomic().required(),
})
export interface PolicyRule extends TypeOf<typeof PolicyRule> {}

export const ClusterRole = struct('io.k8s.api.rbac.v1.ClusterRole', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  aggregationRule: ref(3, AggregationRule),
  rules: list(2, PolicyRule).atomic().written(),
})
export interface ClusterRole extends TypeOf<typeof ClusterRole> {}

export const Role = struct('io.k8s.api.rbac.v1.Role', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  rules: list(2, PolicyRule).atomic().written(),
})
export interface Role extends TypeOf<typeof Role> {}
