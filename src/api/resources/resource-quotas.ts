import { resourceQuotaColumns } from '../columns/index.ts'
import type { ResourceQuota } from '../core/index.ts'
import { ResourceQuota as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateResourceQuota,
  validateResourceQuotaStatus,
  validateResourceQuotaUpdate,
  withMetadata,
} from '../validation/index.ts'

export const resourceQuotas: Resource<ResourceQuota> = defineResource<ResourceQuota>({
  group: '',
  version: 'v1',
  kind: 'ResourceQuota',
  plural: 'resourcequotas',
  shortNames: ['quota'],
  struct: declared,
  columns: resourceQuotaColumns,
  strategy: defineStrategy<ResourceQuota>({
    ...statusApart,
    ...withMetadata<ResourceQuota>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: validateResourceQuota,
        update: validateResourceQuotaUpdate,
        status: validateResourceQuotaStatus,
      },
    ),
  }),
  hasStatus: true,
})
