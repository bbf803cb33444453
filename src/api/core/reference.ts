import { string, struct, type TypeOf } from '../schema/index.ts'

export const LocalObjectReference = struct(
  'io.k8s.api.core.v1.LocalObjectReference',
  'An object of a known kind in the same namespace.',
  {
    name: string(1, 'Name of the object that is meant.'),
  },
  { mapType: 'atomic' },
)
export interface LocalObjectReference extends TypeOf<typeof LocalObjectReference> {}

export const ObjectReference = struct(
  'io.k8s.api.core.v1.ObjectReference',
  'Another object.',
  {
    kind: string(1, 'Its kind.'),
    namespace: string(2, 'Its namespace.'),
    name: string(3, 'Its name.'),
    uid: string(4, 'Its identity.').named('types.UID'),
    apiVersion: string(5, 'Group and version of its kind.'),
    resourceVersion: string(6, 'The version that is meant.'),
    fieldPath: string(7, 'A part of it, such as `spec.containers{web}`.'),
  },
  { mapType: 'atomic' },
)
export interface ObjectReference extends TypeOf<typeof ObjectReference> {}
