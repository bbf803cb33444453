import { ObjectMeta } from '../meta/index.ts'
import { list, map, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ScopedResourceSelectorRequirement = struct(
  'io.k8s.api.core.v1.ScopedResourceSelectorRequirement',
  '',
  {
    operator: string(2).named('v1.ScopeSelectorOperator').required(),
    scopeName: string(1).named('v1.ResourceQuotaScope').required(),
    values: list(3, string).atomic(),
  },
)
export interface ScopedResourceSelectorRequirement
  extends TypeOf<typeof ScopedResourceSelectorRequirement> {}

export const ScopeSelector = struct(
  'io.k8s.api.core.v1.ScopeSelector',
  '',
  {
    matchExpressions: list(1, ScopedResourceSelectorRequirement).atomic(),
  },
  { mapType: 'atomic' },
)
export interface ScopeSelector extends TypeOf<typeof ScopeSelector> {}

export const ResourceQuotaSpec = struct('io.k8s.api.core.v1.ResourceQuotaSpec', '', {
  hard: map(1, quantity),
  scopeSelector: ref(3, ScopeSelector),
  scopes: list(2, string).atomic().named('v1.ResourceQuotaScope'),
})
export interface ResourceQuotaSpec extends TypeOf<typeof ResourceQuotaSpec> {}

export const ResourceQuotaStatus = struct('io.k8s.api.core.v1.ResourceQuotaStatus', '', {
  hard: map(1, quantity),
  used: map(2, quantity),
})
export interface ResourceQuotaStatus extends TypeOf<typeof ResourceQuotaStatus> {}

export const ResourceQuota = struct('io.k8s.api.core.v1.ResourceQuota', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, ResourceQuotaSpec).always(),
  status: ref(3, ResourceQuotaStatus).always(),
})
export interface ResourceQuota extends TypeOf<typeof ResourceQuota> {}
