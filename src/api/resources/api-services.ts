import type { APIService } from '../apiregistration/index.ts'
import { APIService as declared } from '../apiregistration/index.ts'
import { defaultAPIService } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import { pathSegmentErrors, validateAPIService, withMetadata } from '../validation/index.ts'

export const apiServices: Resource<APIService> = defineResource<APIService>({
  group: 'apiregistration.k8s.io',
  version: 'v1',
  kind: 'APIService',
  plural: 'apiservices',
  categories: ['api-extensions'],
  namespaced: false,
  struct: declared,
  strategy: defineStrategy<APIService>({
    ...statusApart,
    applyDefaults: defaultAPIService,
    ...withMetadata<APIService>(
      { namespaced: false, nameErrors: pathSegmentErrors },
      { create: validateAPIService },
    ),
  }),
  hasStatus: true,
})
