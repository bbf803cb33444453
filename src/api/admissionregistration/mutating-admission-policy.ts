import { ObjectMeta } from '../meta/index.ts'
import { MatchCondition, MatchResources } from './match.ts'
import { ParamKind, Variable } from './param.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ApplyConfiguration = struct(
  'io.k8s.api.admissionregistration.v1.ApplyConfiguration',
  '',
  {
    expression: string(1),
  },
)
export interface ApplyConfiguration extends TypeOf<typeof ApplyConfiguration> {}

export const JSONPatchMutation = struct('io.k8s.api.admissionregistration.v1.JSONPatch', '', {
  expression: string(1),
})
export interface JSONPatchMutation extends TypeOf<typeof JSONPatchMutation> {}

export const Mutation = struct('io.k8s.api.admissionregistration.v1.Mutation', '', {
  applyConfiguration: ref(3, ApplyConfiguration),
  jsonPatch: ref(4, JSONPatchMutation),
  patchType: string(2).named('v1.PatchType').required(),
})
export interface Mutation extends TypeOf<typeof Mutation> {}

export const MutatingAdmissionPolicySpec = struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec',
  '',
  {
    failurePolicy: string(5).named('v1.FailurePolicyType').nullable(),
    matchConditions: list(6, MatchCondition).keyed('name').patch('merge', 'name'),
    matchConstraints: ref(2, MatchResources),
    mutations: list(4, Mutation).atomic(),
    paramKind: ref(1, ParamKind),
    reinvocationPolicy: string(7).named('v1.ReinvocationPolicyType'),
    variables: list(3, Variable).atomic(),
  },
)
export interface MutatingAdmissionPolicySpec extends TypeOf<typeof MutatingAdmissionPolicySpec> {}

export const MutatingAdmissionPolicy = struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, MutatingAdmissionPolicySpec).always(),
  },
)
export interface MutatingAdmissionPolicy extends TypeOf<typeof MutatingAdmissionPolicy> {}
