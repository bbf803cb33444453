import { csiStorageCapacityColumns } from '../columns/index.ts'
import type { CSIStorageCapacity } from '../storage/index.ts'
import { CSIStorageCapacity as declared } from '../storage/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateCsiStorageCapacity,
  validateCsiStorageCapacityUpdate,
  withMetadata,
} from '../validation/index.ts'

export const csiStorageCapacities: Resource<CSIStorageCapacity> =
  defineResource<CSIStorageCapacity>({
    group: 'storage.k8s.io',
    version: 'v1',
    kind: 'CSIStorageCapacity',
    plural: 'csistoragecapacities',
    struct: declared,
    columns: csiStorageCapacityColumns,
    strategy: defineStrategy<CSIStorageCapacity>({
      ...withMetadata<CSIStorageCapacity>(
        { namespaced: true, nameErrors: dns1123SubdomainErrors },
        { create: validateCsiStorageCapacity, update: validateCsiStorageCapacityUpdate },
      ),
    }),
  })
