import { priorityClassColumns } from '../columns/index.ts'
import type { PriorityClass } from '../scheduling/index.ts'
import { PriorityClass as declared } from '../scheduling/index.ts'
import { defaultPriorityClass } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validatePriorityClass,
  validatePriorityClassUpdate,
  withMetadata,
} from '../validation/index.ts'

export const priorityClasses: Resource<PriorityClass> = defineResource<PriorityClass>({
  group: 'scheduling.k8s.io',
  version: 'v1',
  kind: 'PriorityClass',
  plural: 'priorityclasses',
  shortNames: ['pc'],
  namespaced: false,
  struct: declared,
  columns: priorityClassColumns,
  strategy: defineStrategy<PriorityClass>({
    applyDefaults: defaultPriorityClass,

    ...counted,
    ...withMetadata<PriorityClass>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validatePriorityClass, update: validatePriorityClassUpdate },
    ),
  }),
})
