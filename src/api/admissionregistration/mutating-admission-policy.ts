import { ObjectMeta } from '../meta/index.ts'
import { MatchCondition, MatchResources } from './match.ts'
import { ParamKind, Variable } from './param.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ApplyConfiguration = struct(
  'io.k8s.api.admissionregistration.v1.ApplyConfiguration',
  'A change in the manner of server-side apply.',
  {
    expression: string(1, 'CEL that makes the object to apply.'),
  },
)
export interface ApplyConfiguration extends TypeOf<typeof ApplyConfiguration> {}

export const JSONPatchMutation = struct(
  'io.k8s.api.admissionregistration.v1.JSONPatch',
  'A change as a JSON patch.',
  {
    expression: string(1, 'CEL that makes the patch.'),
  },
)
export interface JSONPatchMutation extends TypeOf<typeof JSONPatchMutation> {}

export const Mutation = struct(
  'io.k8s.api.admissionregistration.v1.Mutation',
  'One change of an object.',
  {
    patchType: string(2, '`ApplyConfiguration` or `JSONPatch`.').named('v1.PatchType').required(),
    applyConfiguration: ref(3, ApplyConfiguration, 'For `ApplyConfiguration`.'),
    jsonPatch: ref(4, JSONPatchMutation, 'For `JSONPatch`.'),
  },
)
export interface Mutation extends TypeOf<typeof Mutation> {}

export const MutatingAdmissionPolicySpec = struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicySpec',
  'What is changed, and when.',
  {
    paramKind: ref(1, ParamKind, 'Kind of the objects that hold parameters.'),
    matchConstraints: ref(2, MatchResources, 'Which requests it is about.'),
    variables: list(3, Variable, 'Named expressions for use in the others.').atomic(),
    mutations: list(4, Mutation, 'The changes, in this order.').atomic(),
    failurePolicy: string(5, 'What an error comes to: `Fail` (the default) or `Ignore`.')
      .named('v1.FailurePolicyType')
      .nullable(),
    matchConditions: list(
      6,
      MatchCondition,
      'CEL expressions that must all be true for it to be asked; 64 at most.',
    )
      .keyed('name')
      .patch('merge', 'name'),
    reinvocationPolicy: string(
      7,
      'Whether it is asked again after later changes: `Never` (the default) or `IfNeeded`.',
    ).named('v1.ReinvocationPolicyType'),
  },
)
export interface MutatingAdmissionPolicySpec extends TypeOf<typeof MutatingAdmissionPolicySpec> {}

export const MutatingAdmissionPolicy = struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicy',
  'Changes requests by CEL expressions.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, MutatingAdmissionPolicySpec, 'What is wanted.').always(),
  },
)
export interface MutatingAdmissionPolicy extends TypeOf<typeof MutatingAdmissionPolicy> {}
