import type { PodDisruptionBudget } from '../policy/index.ts'
import { PodDisruptionBudget as declared } from '../policy/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const podDisruptionBudgets: Resource<PodDisruptionBudget> =
  defineResource<PodDisruptionBudget>({
    group: 'policy',
    version: 'v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    shortNames: ['pdb'],
    struct: declared,
    strategy: defineStrategy<PodDisruptionBudget>({
      ...specStatus,
      ...withMetadata<PodDisruptionBudget>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        {},
      ),
    }),
    hasStatus: true,
  })
