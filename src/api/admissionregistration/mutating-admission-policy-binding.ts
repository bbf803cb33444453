import { ObjectMeta } from '../meta/index.ts'
import { MatchResources } from './match.ts'
import { ParamRef } from './param.ts'
import { ref, string, struct, type TypeOf } from '../schema/index.ts'

export const MutatingAdmissionPolicyBindingSpec = struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBindingSpec',
  '',
  {
    matchResources: ref(3, MatchResources),
    paramRef: ref(2, ParamRef),
    policyName: string(1),
  },
)
export interface MutatingAdmissionPolicyBindingSpec
  extends TypeOf<typeof MutatingAdmissionPolicyBindingSpec> {}

export const MutatingAdmissionPolicyBinding = struct(
  'io.k8s.api.admissionregistration.v1.MutatingAdmissionPolicyBinding',
  '',
  {
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    kind: string(0, 'Name of the type, in CamelCase.'),
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, MutatingAdmissionPolicyBindingSpec).always(),
  },
)
export interface MutatingAdmissionPolicyBinding
  extends TypeOf<typeof MutatingAdmissionPolicyBinding> {}
