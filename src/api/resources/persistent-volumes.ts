import type { PersistentVolume } from '../core/index.ts'
import { PersistentVolume as declared } from '../core/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const persistentVolumes: Resource<PersistentVolume> = defineResource<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  struct: declared,
  strategy: defineStrategy<PersistentVolume>({
    ...statusApart,
    ...withMetadata<PersistentVolume>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      {},
    ),
  }),
  hasStatus: true,
})
