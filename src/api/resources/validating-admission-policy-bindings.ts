import type { ValidatingAdmissionPolicyBinding } from '../admissionregistration/index.ts'
import { ValidatingAdmissionPolicyBinding as declared } from '../admissionregistration/index.ts'
import { defaultPolicyBinding, validateValidatingBinding } from '../admission-checks/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const validatingAdmissionPolicyBindings: Resource<ValidatingAdmissionPolicyBinding> =
  defineResource<ValidatingAdmissionPolicyBinding>({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'ValidatingAdmissionPolicyBinding',
    plural: 'validatingadmissionpolicybindings',
    categories: ['api-extensions'],
    namespaced: false,
    struct: declared,
    strategy: defineStrategy<ValidatingAdmissionPolicyBinding>({
      applyDefaults: defaultPolicyBinding,
      ...counted,
      ...withMetadata<ValidatingAdmissionPolicyBinding>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        { create: validateValidatingBinding },
      ),
    }),
  })
