import { ObjectMeta } from '../meta/index.ts'
import { DeviceSelector, OpaqueDeviceConfiguration } from './device-request.ts'
import { list, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const DeviceClassConfiguration = struct(
  'io.k8s.api.resource.v1.DeviceClassConfiguration',
  'Settings for devices of a class.',
  {
    opaque: ref(1, OpaqueDeviceConfiguration, 'Settings for one driver.').inlinedAt(1),
  },
)
export interface DeviceClassConfiguration extends TypeOf<typeof DeviceClassConfiguration> {}

export const DeviceClassSpec = struct(
  'io.k8s.api.resource.v1.DeviceClassSpec',
  'What devices of a class are.',
  {
    selectors: list(1, DeviceSelector, 'Conditions that a device must fulfil.').atomic(),
    config: list(2, DeviceClassConfiguration, 'Settings for drivers.').atomic(),
    extendedResourceName: string(
      4,
      'Name under which pods can ask for them as a resource.',
    ).nullable(),
  },
)
export interface DeviceClassSpec extends TypeOf<typeof DeviceClassSpec> {}

export const DeviceClass = struct('io.k8s.api.resource.v1.DeviceClass', 'A kind of devices.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, DeviceClassSpec, 'What is wanted.').required().always(),
})
export interface DeviceClass extends TypeOf<typeof DeviceClass> {}
