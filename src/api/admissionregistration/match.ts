import { LabelSelector } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const MatchCondition = struct('io.k8s.api.admissionregistration.v1.MatchCondition', '', {
  expression: string(2).required(),
  name: string(1).required(),
})
export interface MatchCondition extends TypeOf<typeof MatchCondition> {}

export const NamedRuleWithOperations = struct(
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  '',
  {
    apiGroups: list(1, string).atomic().inlinedAt(2, 2),
    apiVersions: list(2, string).atomic().inlinedAt(2, 2),
    operations: list(1, string).atomic().inlinedAt(2).named('v1.OperationType'),
    resourceNames: list(1, string).atomic(),
    resources: list(3, string).atomic().inlinedAt(2, 2),
    scope: string(4).inlinedAt(2, 2).named('v1.ScopeType').nullable(),
  },
  { mapType: 'atomic' },
)
export interface NamedRuleWithOperations extends TypeOf<typeof NamedRuleWithOperations> {}

export const MatchResources = struct(
  'io.k8s.api.admissionregistration.v1.MatchResources',
  '',
  {
    excludeResourceRules: list(4, NamedRuleWithOperations).atomic(),
    matchPolicy: string(7).named('v1.MatchPolicyType').nullable(),
    namespaceSelector: ref(1, LabelSelector),
    objectSelector: ref(2, LabelSelector),
    resourceRules: list(3, NamedRuleWithOperations).atomic(),
  },
  { mapType: 'atomic' },
)
export interface MatchResources extends TypeOf<typeof MatchResources> {}
