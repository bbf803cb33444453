import { csiDriverColumns } from '../columns/index.ts'
import type { CSIDriver } from '../storage/index.ts'
import { CSIDriver as declared } from '../storage/index.ts'
import { defaultCsiDriver } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateCsiDriver,
  validateCsiDriverUpdate,
  withMetadata,
} from '../validation/index.ts'

export const csiDrivers: Resource<CSIDriver> = defineResource<CSIDriver>({
  group: 'storage.k8s.io',
  version: 'v1',
  kind: 'CSIDriver',
  plural: 'csidrivers',
  namespaced: false,
  struct: declared,
  columns: csiDriverColumns,
  strategy: defineStrategy<CSIDriver>({
    applyDefaults: defaultCsiDriver,

    ...withMetadata<CSIDriver>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateCsiDriver, update: validateCsiDriverUpdate },
    ),
  }),
})
