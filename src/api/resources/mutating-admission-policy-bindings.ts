import type { MutatingAdmissionPolicyBinding } from '../admissionregistration/index.ts'
import { MutatingAdmissionPolicyBinding as declared } from '../admissionregistration/index.ts'
import { defaultPolicyBinding, validateBinding } from '../admission-checks/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const mutatingAdmissionPolicyBindings: Resource<MutatingAdmissionPolicyBinding> =
  defineResource<MutatingAdmissionPolicyBinding>({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'MutatingAdmissionPolicyBinding',
    plural: 'mutatingadmissionpolicybindings',
    categories: ['api-extensions'],
    namespaced: false,
    struct: declared,
    strategy: defineStrategy<MutatingAdmissionPolicyBinding>({
      applyDefaults: defaultPolicyBinding,
      ...counted,
      ...withMetadata<MutatingAdmissionPolicyBinding>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        { create: validateBinding },
      ),
    }),
  })
