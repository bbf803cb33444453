import { resourceSliceColumns } from '../columns/index.ts'
import type { ResourceSlice } from '../resource/index.ts'
import { ResourceSlice as declared } from '../resource/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateResourceSlice,
  validateResourceSliceUpdate,
  withMetadata,
} from '../validation/index.ts'

export const resourceSlices: Resource<ResourceSlice> = defineResource<ResourceSlice>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'ResourceSlice',
  plural: 'resourceslices',
  namespaced: false,
  struct: declared,
  columns: resourceSliceColumns,
  strategy: defineStrategy<ResourceSlice>({
    ...counted,
    ...withMetadata<ResourceSlice>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateResourceSlice, update: validateResourceSliceUpdate },
    ),
  }),
  selectableFields: {
    'spec.nodeName': ({ spec }) => spec.nodeName ?? '',
    'spec.driver': ({ spec }) => spec.driver,
  },
})
