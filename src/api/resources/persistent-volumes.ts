import { persistentVolumeColumns } from '../columns/index.ts'
import type { PersistentVolume } from '../core/index.ts'
import { PersistentVolume as declared } from '../core/index.ts'
import { defaultPersistentVolume } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, statusApart } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validatePersistentVolume,
  validatePersistentVolumeUpdate,
  withMetadata,
} from '../validation/index.ts'
import { warnVolume } from '../warnings/index.ts'

const checks = withMetadata<PersistentVolume>(
  { namespaced: false, nameErrors: dns1123SubdomainErrors },
  { create: validatePersistentVolume },
)

export const persistentVolumes: Resource<PersistentVolume> = defineResource<PersistentVolume>({
  group: '',
  version: 'v1',
  kind: 'PersistentVolume',
  plural: 'persistentvolumes',
  shortNames: ['pv'],
  namespaced: false,
  struct: declared,
  columns: persistentVolumeColumns,
  strategy: defineStrategy<PersistentVolume>({
    applyDefaults: defaultPersistentVolume,
    warn: warnVolume,

    ...statusApart,
    prepareForCreate(volume) {
      volume.status = { phase: 'Pending' }
    },
    ...checks,
    // Upstream looks at the whole twice, and at what became of its metadata only as everywhere.
    validateUpdate: (volume, old) => [
      ...checks.validateCreate(volume),
      ...checks.validateCreate(volume),
      ...validatePersistentVolumeUpdate(volume, old),
    ],
  }),
  hasStatus: true,
})
