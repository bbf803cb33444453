import type { ResourceQuota } from '../core/index.ts'
import { ResourceQuota as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const resourceQuotas: Resource<ResourceQuota> = defineResource<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  struct: declared,
  strategy: defineStrategy<ResourceQuota>({
    ...statusApart,
    ...withMetadata<ResourceQuota>({ namespaced: true, nameErrors: dns1123SubdomainErrors }, {}),
  }),
  hasStatus: true,
})
