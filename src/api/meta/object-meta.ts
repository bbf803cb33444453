import {
  boolean,
  fieldsV1,
  int64,
  list,
  map,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const ManagedFieldsEntry = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.ManagedFieldsEntry',
  '',
  {
    apiVersion: string(3),
    fieldsType: string(6),
    fieldsV1: fieldsV1(7),
    manager: string(1),
    operation: string(2),
    subresource: string(8),
    time: time(4).nullable(),
  },
)
export interface ManagedFieldsEntry extends TypeOf<typeof ManagedFieldsEntry> {}

export const OwnerReference = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  '',
  {
    apiVersion: string(5).required(),
    kind: string(1).required(),
    blockOwnerDeletion: boolean(7).nullable(),
    controller: boolean(6).nullable(),
    name: string(3).required(),
    uid: string(4).required(),
  },
  { mapType: 'atomic' },
)
export interface OwnerReference extends TypeOf<typeof OwnerReference> {}

export const ObjectMeta = struct('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta', '', {
  annotations: map(12, string),
  creationTimestamp: time(8).written(),
  deletionGracePeriodSeconds: int64(10).nullable(),
  deletionTimestamp: time(9).nullable(),
  finalizers: list(14, string).set().patch('merge'),
  generateName: string(2),
  generation: int64(7),
  labels: map(11, string),
  managedFields: list(17, ManagedFieldsEntry).atomic(),
  name: string(1),
  namespace: string(3),
  ownerReferences: list(13, OwnerReference).keyed('uid').patch('merge', 'uid'),
  resourceVersion: string(6),
  selfLink: string(4),
  uid: string(5),
})
export interface ObjectMeta extends TypeOf<typeof ObjectMeta> {}
