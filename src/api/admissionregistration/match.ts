import { LabelSelector } from '../meta/index.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const MatchCondition = struct(
  'io.k8s.api.admissionregistration.v1.MatchCondition',
  'A CEL expression that decides whether a request matters.',
  {
    name: string(1, 'Unique name.').required(),
    expression: string(2, 'CEL, true if it does.').required(),
  },
)
export interface MatchCondition extends TypeOf<typeof MatchCondition> {}

export const NamedRuleWithOperations = struct(
  'io.k8s.api.admissionregistration.v1.NamedRuleWithOperations',
  'Operations on resources, down to single names.',
  {
    resourceNames: list(1, string, 'Names of single objects; all if empty.').atomic(),
    operations: list(1, string, '`CREATE`, `UPDATE`, `DELETE`, `CONNECT`, or `*` for all.')
      .atomic()
      .inlinedAt(2)
      .named('v1.OperationType'),
    apiGroups: list(1, string, 'Groups, empty for the core group; `*` for all.')
      .atomic()
      .inlinedAt(2, 2),
    apiVersions: list(2, string, 'Versions; `*` for all.').atomic().inlinedAt(2, 2),
    resources: list(3, string, 'Names of the resources, as in URLs; `*` for all.')
      .atomic()
      .inlinedAt(2, 2),
    scope: string(4, '`Cluster`, `Namespaced`, or `*` for both.')
      .inlinedAt(2, 2)
      .named('v1.ScopeType')
      .nullable(),
  },
  { mapType: 'atomic' },
)
export interface NamedRuleWithOperations extends TypeOf<typeof NamedRuleWithOperations> {}

export const MatchResources = struct(
  'io.k8s.api.admissionregistration.v1.MatchResources',
  'Which requests are meant.',
  {
    namespaceSelector: ref(
      1,
      LabelSelector,
      'Namespaces that it is about, by their labels; all if empty.',
    ),
    objectSelector: ref(
      2,
      LabelSelector,
      'Objects that it is about, by their labels; all if empty.',
    ),
    resourceRules: list(3, NamedRuleWithOperations, 'Requests that are meant.').atomic(),
    excludeResourceRules: list(
      4,
      NamedRuleWithOperations,
      'Requests that are left out again.',
    ).atomic(),
    matchPolicy: string(
      7,
      '`Exact`, or `Equivalent` (the default): requests in other versions count as well.',
    )
      .named('v1.MatchPolicyType')
      .nullable(),
  },
  { mapType: 'atomic' },
)
export interface MatchResources extends TypeOf<typeof MatchResources> {}
