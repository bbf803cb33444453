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
    apiVersion: string(3, 'Version in which the fields are named.'),
    fieldsType: string(6, 'Format of `fieldsV1`.'),
    fieldsV1: fieldsV1(7, 'The fields, as a tree of their names.'),
    manager: string(1, 'Name of the writer.'),
    operation: string(2, '`Apply` or `Update`.').named('v1.ManagedFieldsOperationType'),
    subresource: string(8, 'Sub-resource through which it was written, if any.'),
    time: time(4, 'When it was written last.').nullable(),
  },
)
export interface ManagedFieldsEntry extends TypeOf<typeof ManagedFieldsEntry> {}

export const OwnerReference = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.OwnerReference',
  'An object on which another depends.',
  {
    apiVersion: string(5, 'Group and version of its kind.').required(),
    kind: string(1, 'Its kind.').required(),
    blockOwnerDeletion: boolean(
      7,
      'If true, a foreground deletion of the owner waits for this object.',
    ).nullable(),
    controller: boolean(
      6,
      'If true, this owner manages the object; one owner at most does.',
    ).nullable(),
    name: string(3, 'Its name.').required(),
    uid: string(4, 'Its identity.').named('types.UID').required(),
  },
  { mapType: 'atomic' },
)
export interface OwnerReference extends TypeOf<typeof OwnerReference> {}

export const ObjectMeta = struct(
  'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta',
  'What every object has.',
  {
    annotations: map(12, string, 'Notes for programs, not to be selected by; 256 KiB at most.'),
    creationTimestamp: time(8, 'When the server created it.').written(),
    deletionGracePeriodSeconds: int64(
      10,
      'How long it has to end; set when its deletion begins.',
    ).nullable(),
    deletionTimestamp: time(
      9,
      'When it will be gone; set when its deletion begins, and never taken back.',
    ).nullable(),
    finalizers: list(
      14,
      string,
      'Who must agree before it vanishes; while there are any, it stays.',
    )
      .set()
      .patch('merge'),
    generateName: string(2, 'Beginning of a name that the server completes, if `name` is empty.'),
    generation: int64(7, 'Counts the changes of what is wanted.'),
    labels: map(11, string, 'Words by which it can be selected.'),
    managedFields: list(17, ManagedFieldsEntry, 'Which fields each writer owns.').atomic(),
    name: string(1, 'Its name, unique among its kind in its namespace; never changes.'),
    namespace: string(3, 'Namespace in which it lives; empty for kinds that live in none.'),
    ownerReferences: list(
      13,
      OwnerReference,
      'Objects on which it depends: when all are gone, it goes.',
    )
      .keyed('uid')
      .patch('merge', 'uid'),
    resourceVersion: string(
      6,
      'Changes with every write; opaque. A write that names an old one is refused.',
    ),
    selfLink: string(4, 'No longer filled in.'),
    uid: string(5, 'Its identity in time and space: no other object ever has the same.').named(
      'types.UID',
    ),
  },
)
export interface ObjectMeta extends TypeOf<typeof ObjectMeta> {}
