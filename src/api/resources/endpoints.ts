import { endpointsColumns } from '../columns/index.ts'
import type { Endpoints } from '../core/index.ts'
import { Endpoints as declared } from '../core/index.ts'
import { defaultEndpoints } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, validateEndpoints, withMetadata } from '../validation/index.ts'

export const endpoints: Resource<Endpoints> = defineResource<Endpoints>({
  group: '',
  version: 'v1',
  kind: 'Endpoints',
  plural: 'endpoints',
  shortNames: ['ep'],
  struct: declared,
  columns: endpointsColumns,
  strategy: defineStrategy<Endpoints>({
    applyDefaults: defaultEndpoints,
    allowCreateOnUpdate: true,
    ...withMetadata<Endpoints>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validateEndpoints, update: () => [], asNew: 'behind' },
    ),
  }),
})
