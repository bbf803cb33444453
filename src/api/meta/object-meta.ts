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
  'Which fields one writer owns.',
  {
    manager: string(1, 'Name of the writer.'),
    operation: string(2, '`Apply` or `Update`.').named('v1.ManagedFieldsOperationType'),
    apiVersion: string(3, 'Version in which the fields are named.'),
    time: time(4, 'When it was written last.').nullable(),
    fieldsType: string(6, 'Format of `fieldsV1`.'),
    fieldsV1: fieldsV1(7, 'The fields, as a tree of their names.'),
    subresource: string(8, 'Sub-resource through which it was written, if any.'),
  },
)
export interface ManagedFieldsEntry extends TypeOf<typeof ManagedFieldsEntry> {}

export const OwnerReference = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  'An object on which another depends.',
  {
    apiVersion: string(5, 'Group and version of its kind.').required(),
    kind: string(1, 'Its kind.').required(),
    name: string(3, 'Its name.').required(),
    uid: string(4, 'Its identity.').named('types.UID').required(),
    controller: boolean(
      6,
      'If true, this owner manages the object; one owner at most does.',
    ).nullable(),
    blockOwnerDeletion: boolean(
      7,
      'If true, a foreground deletion of the owner waits for this object.',
    ).nullable(),
  },
  { mapType: 'atomic' },
)
export interface OwnerReference extends TypeOf<typeof OwnerReference> {}

export const ObjectMeta = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  'What every object has.',
  {
    name: string(1, 'Its name, unique among its kind in its namespace; never changes.'),
    generateName: string(2, 'Beginning of a name that the server completes, if `name` is empty.'),
    namespace: string(3, 'Namespace in which it lives; empty for kinds that live in none.'),
    selfLink: string(4, 'No longer filled in.'),
    uid: string(5, 'Its identity in time and space: no other object ever has the same.').named(
      'types.UID',
    ),
    resourceVersion: string(
      6,
      'Changes with every write; opaque. A write that names an old one is refused.',
    ),
    generation: int64(7, 'Counts the changes of what is wanted.'),
    creationTimestamp: time(
      8,
      'CreationTimestamp is a timestamp: when the server created the object.',
    ).written(),
    deletionTimestamp: time(
      9,
      'When it will be gone; set when its deletion begins, and never taken back.',
    ).nullable(),
    deletionGracePeriodSeconds: int64(
      10,
      'How long it has to end; set when its deletion begins.',
    ).nullable(),
    labels: map(11, string, 'Words by which it can be selected.'),
    annotations: map(12, string, 'Notes for programs, not to be selected by; 256 KiB at most.'),
    ownerReferences: list(
      13,
      OwnerReference,
      'Objects on which it depends: when all are gone, it goes.',
    )
      .keyed('uid')
      .patch('merge', 'uid'),
    finalizers: list(
      14,
      string,
      'Who must agree before it vanishes; while there are any, it stays.',
    )
      .set()
      .patch('merge'),
    managedFields: list(17, ManagedFieldsEntry, 'Which fields each writer owns.').atomic(),
  },
)
export interface ObjectMeta extends TypeOf<typeof ObjectMeta> {}
