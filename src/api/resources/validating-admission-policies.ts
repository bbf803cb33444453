import type { ValidatingAdmissionPolicy } from '../admissionregistration/index.ts'
import { ValidatingAdmissionPolicy as declared } from '../admissionregistration/index.ts'
import { defaultPolicy, validatePolicy } from '../admission-checks/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const validatingAdmissionPolicies: Resource<ValidatingAdmissionPolicy> =
  defineResource<ValidatingAdmissionPolicy>({
    group: 'admissionregistration.k8s.io',
    version: 'v1',
    kind: 'ValidatingAdmissionPolicy',
    plural: 'validatingadmissionpolicies',
    categories: ['api-extensions'],
    namespaced: false,
    struct: declared,
    strategy: defineStrategy<ValidatingAdmissionPolicy>({
      applyDefaults: defaultPolicy,
      ...specStatus,
      ...withMetadata<ValidatingAdmissionPolicy>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        { create: validatePolicy },
      ),
    }),
    hasStatus: true,
  })
