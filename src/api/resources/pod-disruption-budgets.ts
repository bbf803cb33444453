import { podDisruptionBudgetColumns } from '../columns/index.ts'
import type { PodDisruptionBudget } from '../policy/index.ts'
import { PodDisruptionBudget as declared } from '../policy/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateDisruptionBudget,
  validateDisruptionBudgetStatus,
  withMetadata,
} from '../validation/index.ts'

export const podDisruptionBudgets: Resource<PodDisruptionBudget> =
  defineResource<PodDisruptionBudget>({
    group: 'policy',
    version: 'v1',
    kind: 'PodDisruptionBudget',
    plural: 'poddisruptionbudgets',
    shortNames: ['pdb'],
    struct: declared,
    columns: podDisruptionBudgetColumns,
    strategy: defineStrategy<PodDisruptionBudget>({
      allowUnconditionalUpdate: false,
      ...specStatus,
      ...withMetadata<PodDisruptionBudget>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        {
          create: validateDisruptionBudget,
          status: validateDisruptionBudgetStatus,
          asNew: 'instead',
        },
      ),
    }),
    hasStatus: true,
  })
