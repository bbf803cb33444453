import type { NetworkPolicy } from '../networking/index.ts'
import { NetworkPolicy as declared } from '../networking/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const networkPolicies: Resource<NetworkPolicy> = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  struct: declared,
  strategy: defineStrategy<NetworkPolicy>({
    ...counted,
    ...withMetadata<NetworkPolicy>({ namespaced: true, nameErrors: dns1123SubdomainErrors }, {}),
  }),
})
