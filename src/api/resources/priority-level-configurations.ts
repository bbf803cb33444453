import { defaultPriorityLevel } from '../defaults/index.ts'
import type { PriorityLevelConfiguration } from '../flowcontrol/index.ts'
import { PriorityLevelConfiguration as declared } from '../flowcontrol/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  flowConditionErrors,
  validatePriorityLevel,
  withMetadata,
} from '../validation/index.ts'

export const priorityLevelConfigurations: Resource<PriorityLevelConfiguration> =
  defineResource<PriorityLevelConfiguration>({
    group: 'flowcontrol.apiserver.k8s.io',
    version: 'v1',
    kind: 'PriorityLevelConfiguration',
    plural: 'prioritylevelconfigurations',
    namespaced: false,
    struct: declared,
    strategy: defineStrategy<PriorityLevelConfiguration>({
      applyDefaults: defaultPriorityLevel,
      ...specStatus,
      ...withMetadata<PriorityLevelConfiguration>(
        { namespaced: false, nameErrors: dns1123SubdomainErrors },
        {
          create: validatePriorityLevel,
          status: ({ status }) => flowConditionErrors(status?.conditions),
        },
      ),
    }),
    hasStatus: true,
  })
