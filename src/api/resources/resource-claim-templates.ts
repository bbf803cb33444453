import { resourceClaimTemplateColumns } from '../columns/index.ts'
import type { ResourceClaimTemplate } from '../resource/index.ts'
import { ResourceClaimTemplate as declared } from '../resource/index.ts'
import { defaultResourceClaimTemplate } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateResourceClaimTemplate,
  validateResourceClaimTemplateUpdate,
  withMetadata,
} from '../validation/index.ts'

export const resourceClaimTemplates: Resource<ResourceClaimTemplate> =
  defineResource<ResourceClaimTemplate>({
    group: 'resource.k8s.io',
    version: 'v1',
    kind: 'ResourceClaimTemplate',
    plural: 'resourceclaimtemplates',
    struct: declared,
    columns: resourceClaimTemplateColumns,
    strategy: defineStrategy<ResourceClaimTemplate>({
      applyDefaults: defaultResourceClaimTemplate,

      ...withMetadata<ResourceClaimTemplate>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        { create: validateResourceClaimTemplate, update: validateResourceClaimTemplateUpdate },
      ),
    }),
  })
