import { string, struct, type TypeOf } from '../schema/index.ts'

export const LocalObjectReference = struct(
  'io.k8s.api.core.v1.LocalObjectReference',
  '',
  {
    name: string(1),
  },
  { mapType: 'atomic' },
)
export interface LocalObjectReference extends TypeOf<typeof LocalObjectReference> {}

export const ObjectReference = struct(
  'io.k8s.api.core.v1.ObjectReference',
  '',
  {
    apiVersion: string(5),
    kind: string(1),
    fieldPath: string(7),
    name: string(3),
    namespace: string(2),
    resourceVersion: string(6),
    uid: string(4),
  },
  { mapType: 'atomic' },
)
export interface ObjectReference extends TypeOf<typeof ObjectReference> {}
