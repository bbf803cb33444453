import { storageClassColumns } from '../columns/index.ts'
import type { StorageClass } from '../storage/index.ts'
import { StorageClass as declared } from '../storage/index.ts'
import { defaultStorageClass } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateStorageClass,
  validateStorageClassUpdate,
  withMetadata,
} from '../validation/index.ts'
import { warnStorageClass } from '../warnings/index.ts'

export const storageClasses: Resource<StorageClass> = defineResource<StorageClass>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'StorageClass',
  plural: 'storageclasses',
  shortNames: ['sc'],
  namespaced: false,
  struct: declared,
  columns: storageClassColumns,
  strategy: defineStrategy<StorageClass>({
    applyDefaults: defaultStorageClass,
    warn: warnStorageClass,

    ...withMetadata<StorageClass>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateStorageClass, update: validateStorageClassUpdate },
    ),
  }),
})
