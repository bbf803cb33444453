import { resourceClaimColumns } from '../columns/index.ts'
import type { ResourceClaim } from '../resource/index.ts'
import { ResourceClaim as declared } from '../resource/index.ts'
import { defaultResourceClaim } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateResourceClaim,
  validateResourceClaimStatus,
  validateResourceClaimUpdate,
  withMetadata,
} from '../validation/index.ts'

export const resourceClaims: Resource<ResourceClaim> = defineResource<ResourceClaim>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceClaim',
  plural: 'resourceclaims',
  struct: declared,
  columns: resourceClaimColumns,
  strategy: defineStrategy<ResourceClaim>({
    applyDefaults: defaultResourceClaim,

    ...statusApart,
    ...withMetadata<ResourceClaim>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: validateResourceClaim,
        update: validateResourceClaimUpdate,
        status: validateResourceClaimStatus,
      },
    ),
  }),
  hasStatus: true,
})
