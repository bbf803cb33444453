import { ObjectMeta } from '../meta/index.ts'
import { MatchResources } from './match.ts'
import { ParamRef } from './param.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ValidatingAdmissionPolicyBindingSpec = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBindingSpec',
  '',
  {
    matchResources: ref(3, MatchResources),
    paramRef: ref(2, ParamRef),
    policyName: string(1).required().nullable(),
    validationActions: list(4, string).set().named('v1.ValidationAction').required().nullable(),
  },
)
export interface ValidatingAdmissionPolicyBindingSpec
  extends TypeOf<typeof ValidatingAdmissionPolicyBindingSpec> {}

export const ValidatingAdmissionPolicyBinding = struct(
  'io.k8s.api.admissionregistration.v1.ValidatingAdmissionPolicyBinding',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, ValidatingAdmissionPolicyBindingSpec).required().always(),
  },
)
export interface ValidatingAdmissionPolicyBinding
  extends TypeOf<typeof ValidatingAdmissionPolicyBinding> {}
