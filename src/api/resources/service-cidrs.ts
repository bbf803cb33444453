import { serviceCidrColumns } from '../columns/index.ts'
import type { ServiceCIDR } from '../networking/index.ts'
import { ServiceCIDR as declared } from '../networking/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateServiceCidr,
  validateServiceCidrUpdate,
  withMetadata,
} from '../validation/index.ts'

export const serviceCidrs: Resource<ServiceCIDR> = defineResource<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  namespaced: false,
  struct: declared,
  columns: serviceCidrColumns,
  strategy: defineStrategy<ServiceCIDR>({
    ...statusApart,
    ...withMetadata<ServiceCIDR>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateServiceCidr, update: validateServiceCidrUpdate },
    ),
  }),
  hasStatus: true,
})
