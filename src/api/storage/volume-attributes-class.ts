import { ObjectMeta } from '../meta/index.ts'
import { map, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const VolumeAttributesClass = struct(
  'io.k8s.api.storage.v1.VolumeAttributesClass',
  'A kind of attributes, such as a speed, that volumes can change to.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    driverName: string(2, 'Name of the driver.').required(),
    parameters: map(3, string, 'Settings for the driver, not looked into.'),
  },
)
export interface VolumeAttributesClass extends TypeOf<typeof VolumeAttributesClass> {}
