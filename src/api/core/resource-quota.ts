import { ObjectMeta } from '../meta/index.ts'
import { list, map, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ScopedResourceSelectorRequirement = struct(
  'io.k8s.api.core.v1.ScopedResourceSelectorRequirement',
  'A requirement on a scope.',
  {
    scopeName: string(1, 'Name of the scope.').named('v1.ResourceQuotaScope').required(),
    operator: string(2, '`In`, `NotIn`, `Exists` or `DoesNotExist`.')
      .named('v1.ScopeSelectorOperator')
      .required(),
    values: list(3, string, 'Values for `In` and `NotIn`.').atomic(),
  },
)
export interface ScopedResourceSelectorRequirement
  extends TypeOf<typeof ScopedResourceSelectorRequirement> {}

export const ScopeSelector = struct(
  'io.k8s.api.core.v1.ScopeSelector',
  'Objects that a quota counts.',
  {
    matchExpressions: list(
      1,
      ScopedResourceSelectorRequirement,
      'Requirements that must all hold.',
    ).atomic(),
  },
  { mapType: 'atomic' },
)
export interface ScopeSelector extends TypeOf<typeof ScopeSelector> {}

export const ResourceQuotaSpec = struct(
  'io.k8s.api.core.v1.ResourceQuotaSpec',
  'How much there may be.',
  {
    hard: map(1, quantity, 'The most of each resource.'),
    scopes: list(2, string, 'Objects that count, by scopes.')
      .atomic()
      .named('v1.ResourceQuotaScope'),
    scopeSelector: ref(3, ScopeSelector, 'Objects that count, by scopes with values.'),
  },
)
export interface ResourceQuotaSpec extends TypeOf<typeof ResourceQuotaSpec> {}

export const ResourceQuotaStatus = struct(
  'io.k8s.api.core.v1.ResourceQuotaStatus',
  'How much there is.',
  {
    hard: map(1, quantity, 'The most of each resource.'),
    used: map(2, quantity, 'What is used.'),
  },
)
export interface ResourceQuotaStatus extends TypeOf<typeof ResourceQuotaStatus> {}

export const ResourceQuota = struct(
  'io.k8s.api.core.v1.ResourceQuota',
  'How much there may be in a namespace.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ResourceQuotaSpec, 'What is wanted.').always(),
    status: ref(3, ResourceQuotaStatus, 'What is.').always(),
  },
)
export interface ResourceQuota extends TypeOf<typeof ResourceQuota> {}
