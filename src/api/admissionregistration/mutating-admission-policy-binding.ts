import { ObjectMeta } from '../meta/index.ts'
import { MatchResources } from './match.ts'
import { ParamRef } from './param.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const MutatingAdmissionPolicyBindingSpec = struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec',
  'Which policy, where, with which parameters.',
  {
    policyName: string(1, 'Name of the policy.'),
    paramRef: ref(2, ParamRef, 'Which objects hold the parameters.'),
    matchResources: ref(3, MatchResources, 'Narrows down what the policy is about.'),
  },
)
export interface MutatingAdmissionPolicyBindingSpec
  extends TypeOf<typeof MutatingAdmissionPolicyBindingSpec> {}

export const MutatingAdmissionPolicyBinding = struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',
  'Puts a mutating policy into effect.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, MutatingAdmissionPolicyBindingSpec, 'What is wanted.').always(),
  },
)
export interface MutatingAdmissionPolicyBinding
  extends TypeOf<typeof MutatingAdmissionPolicyBinding> {}
