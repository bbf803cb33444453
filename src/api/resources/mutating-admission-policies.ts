import type { MutatingAdmissionPolicy } from '../admissionregistration/index.ts'
import { MutatingAdmissionPolicy as declared } from '../admissionregistration/index.ts'
import { defaultMutatingPolicy, validateMutatingPolicy } from '../admission-checks/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const mutatingAdmissionPolicies: Resource<MutatingAdmissionPolicy> =
  defineResource<MutatingAdmissionPolicy>({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'MutatingAdmissionPolicy',
    plural: 'mutatingadmissionpolicies',
    categories: ['api-extensions'],
    namespaced: false,
    struct: declared,
    strategy: defineStrategy<MutatingAdmissionPolicy>({
      applyDefaults: defaultMutatingPolicy,
      ...counted,
      ...withMetadata<MutatingAdmissionPolicy>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        { create: validateMutatingPolicy },
      ),
    }),
  })
