import type { PersistentVolumeClaim } from '../core/index.ts'
import { PersistentVolumeClaim as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const persistentVolumeClaims: Resource<PersistentVolumeClaim> =
  defineResource<PersistentVolumeClaim>({
    group: '',
    version: 'v1',
    kind: 'PersistentVolumeClaim',
    plural: 'persistentvolumeclaims',
    shortNames: ['pvc'],
    struct: declared,
    strategy: defineStrategy<PersistentVolumeClaim>({
      ...statusApart,
      ...withMetadata<PersistentVolumeClaim>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        {},
      ),
    }),
    hasStatus: true,
  })
