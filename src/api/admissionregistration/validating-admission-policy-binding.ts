import { ObjectMeta } from '../meta/index.ts'
import { MatchResources } from './match.ts'
import { ParamRef } from './param.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ValidatingAdmissionPolicyBindingSpec = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec',
  'Which policy, where, with which parameters.',
  {
    policyName: string(1, 'Name of the policy.').required().nullable(),
    paramRef: ref(2, ParamRef, 'Which objects hold the parameters.'),
    matchResources: ref(3, MatchResources, 'Narrows down what the policy is about.'),
    validationActions: list(
      4,
      string,
      'What a failed validation comes to: `Deny`, `Warn`, `Audit`.',
    )
      .set()
      .named('v1.ValidationAction')
      .required()
      .nullable(),
  },
)
export interface ValidatingAdmissionPolicyBindingSpec
  extends TypeOf<typeof ValidatingAdmissionPolicyBindingSpec> {}

export const ValidatingAdmissionPolicyBinding = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',
  'Puts a validating policy into effect.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, ValidatingAdmissionPolicyBindingSpec, 'What is wanted.').required().always(),
  },
)
export interface ValidatingAdmissionPolicyBinding
  extends TypeOf<typeof ValidatingAdmissionPolicyBinding> {}
