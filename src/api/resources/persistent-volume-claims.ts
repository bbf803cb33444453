import { persistentVolumeClaimColumns } from '../columns/index.ts'
import type { PersistentVolumeClaim } from '../core/index.ts'
import { PersistentVolumeClaim as declared } from '../core/index.ts'
import { defaultClaim, matchSources } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateClaim,
  validateClaimStatus,
  validateClaimUpdate,
  withMetadata,
} from '../validation/index.ts'
import { warnClaim } from '../warnings/index.ts'

export const persistentVolumeClaims: Resource<PersistentVolumeClaim> =
  defineResource<PersistentVolumeClaim>({
    group: '',
    version: 'v1',
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    shortNames: ['pvc'],
    struct: declared,
    columns: persistentVolumeClaimColumns,
    strategy: defineStrategy<PersistentVolumeClaim>({
      applyDefaults: defaultClaim,
      warn: warnClaim,

      ...statusApart,
      prepareForCreate(claim) {
        claim.status = { phase: 'Pending' }
        matchSources(claim)
      },
      ...withMetadata<PersistentVolumeClaim>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        {
          create: validateClaim,
          update: validateClaimUpdate,
          status: validateClaimStatus,
          asNew: 'before',
        },
      ),
    }),
    hasStatus: true,
  })
