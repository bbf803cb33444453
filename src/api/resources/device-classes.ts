import { deviceClassColumns } from '../columns/index.ts'
import type { DeviceClass } from '../resource/index.ts'
import { DeviceClass as declared } from '../resource/index.ts'
import type { Resource } from '../schema/index.ts'
import { counted, defineResource, defineStrategy } from '../strategy/index.ts'
import { dns1123SubdomainErrors, validateDeviceClass, withMetadata } from '../validation/index.ts'

export const deviceClasses: Resource<DeviceClass> = defineResource<DeviceClass>({
  group: 'resource.k8s.io',
  version: 'v1',
  kind: 'DeviceClass',
  plural: 'deviceclasses',
  namespaced: false,
  struct: declared,
  columns: deviceClassColumns,
  strategy: defineStrategy<DeviceClass>({
    ...counted,
    ...withMetadata<DeviceClass>(
      { namespaced: false, nameErrors: dns1123SubdomainErrors },
      { create: validateDeviceClass },
    ),
  }),
})
