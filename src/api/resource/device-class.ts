import { ObjectMeta } from '../meta/index.ts'
import { DeviceSelector, OpaqueDeviceConfiguration } from './device-request.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const DeviceClassConfiguration = struct(
  'io.k8s.api.resource.v1.DeviceClassConfiguration',
  '',
  {
    opaque: ref(1, OpaqueDeviceConfiguration).inlinedAt(1),
  },
)
export interface DeviceClassConfiguration extends TypeOf<typeof DeviceClassConfiguration> {}

export const DeviceClassSpec = struct('io.k8s.api.resource.v1.DeviceClassSpec', '', {
  config: list(2, DeviceClassConfiguration).atomic(),
  extendedResourceName: string(4).nullable(),
  selectors: list(1, DeviceSelector).atomic(),
})
export interface DeviceClassSpec extends TypeOf<typeof DeviceClassSpec> {}

export const DeviceClass = struct('io.k8s.api.resource.v1.DeviceClass', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, DeviceClassSpec).required().always(),
})
export interface DeviceClass extends TypeOf<typeof DeviceClass> {}
