import type { ServiceCIDR } from '../networking/index.ts'
import { ServiceCIDR as declared } from '../networking/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const serviceCidrs: Resource<ServiceCIDR> = defineResource<ServiceCIDR>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'ServiceCIDR',
  plural: 'servicecidrs',
  namespaced: false,
  struct: declared,
  strategy: defineStrategy<ServiceCIDR>({
    ...statusApart,
    ...withMetadata<ServiceCIDR>({ namespaced: false, nameErrors: dns1123SubdomainErrors }, {}),
  }),
  hasStatus: true,
})
