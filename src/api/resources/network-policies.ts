import { networkPolicyColumns } from '../columns/index.ts'
import type { NetworkPolicy } from '../networking/index.ts'
import { NetworkPolicy as declared } from '../networking/index.ts'
import { defaultNetworkPolicy } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, validateNetworkPolicy, withMetadata } from '../validation/index.ts'

export const networkPolicies: Resource<NetworkPolicy> = defineResource<NetworkPolicy>({
  group: 'networking.k8s.io',
  version: 'v1',
  kind: 'NetworkPolicy',
  plural: 'networkpolicies',
  shortNames: ['netpol'],
  struct: declared,
  columns: networkPolicyColumns,
  strategy: defineStrategy<NetworkPolicy>({
    applyDefaults: defaultNetworkPolicy,

    ...counted,
    ...withMetadata<NetworkPolicy>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validateNetworkPolicy },
    ),
  }),
})
