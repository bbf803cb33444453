import { persistentVolumeClaimColumns } from '../columns/index.ts'
import type { PersistentVolumeClaim } from '../core/index.ts'
import { PersistentVolumeClaim as declared } from '../core/index.ts'
import { defaultClaim, dropOddSource, matchSources } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateClaim,
  validateClaimStatus,
  validateClaimUpdate,
  validateObjectMeta,
  withMetadata,
} from '../validation/index.ts'
import { warnClaim } from '../warnings/index.ts'

const SCOPE = { namespaced: true, nameErrors: dns1123SubdomainErrors }

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
        dropOddSource(claim)
        matchSources(claim)
      },
      prepareForUpdate(claim, old) {
        statusApart.prepareForUpdate(claim, old)
        if (!old.spec?.dataSource) dropOddSource(claim)
        matchSources(claim)
      },
      ...withMetadata<PersistentVolumeClaim>(SCOPE, {
        create: validateClaim,
        // Upstream looks at the whole once more with the change.
        update: (claim, old) => [
          ...validateObjectMeta(claim.metadata, SCOPE),
          ...validateClaim(claim),
          ...validateClaimUpdate(claim, old),
        ],
        status: validateClaimStatus,
        asNew: 'before',
      }),
    }),
    hasStatus: true,
  })
