import { boolean, list, map, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { LabelSelector } from '../meta/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const TypedLocalObjectReference = struct(
  'io.k8s.api.core.v1.TypedLocalObjectReference',
  'An object of any kind in the same namespace.',
  {
    apiGroup: string(1, 'Group of its kind; empty for the core group.').nullable().written(),
    kind: string(2, 'Its kind.').required(),
    name: string(3, 'Its name.').required(),
  },
  { mapType: 'atomic' },
)
export interface TypedLocalObjectReference extends TypeOf<typeof TypedLocalObjectReference> {}

export const TypedObjectReference = struct(
  'io.k8s.api.core.v1.TypedObjectReference',
  'An object of any kind.',
  {
    apiGroup: string(1, 'Group of its kind; empty for the core group.').nullable().written(),
    kind: string(2, 'Its kind.').required(),
    name: string(3, 'Its name.').required(),
    namespace: string(4, 'Its namespace; the same if absent.').nullable(),
  },
)
export interface TypedObjectReference extends TypeOf<typeof TypedObjectReference> {}

export const VolumeResourceRequirements = struct(
  'io.k8s.api.core.v1.VolumeResourceRequirements',
  'How large storage must be and may become.',
  {
    limits: map(1, quantity, 'The most that may be used, by resource.'),
    requests: map(2, quantity, 'What is needed at least, and kept free, by resource.'),
  },
)
export interface VolumeResourceRequirements extends TypeOf<typeof VolumeResourceRequirements> {}

export const PersistentVolumeClaimSpec = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec',
  'What is wanted of storage.',
  {
    accessModes: list(1, string, 'How it will be mounted: `ReadWriteOnce`, `ReadOnlyMany` …')
      .named('v1.PersistentVolumeAccessMode')
      .atomic(),
    selector: ref(4, LabelSelector, 'Labels of volumes that come into question.'),
    resources: ref(2, VolumeResourceRequirements, 'How large it must be.').written(),
    volumeName: string(3, 'The volume that it is bound to.'),
    storageClassName: string(5, 'Class of storage; the default class if absent.').nullable(),
    volumeMode: string(6, '`Filesystem` (default) or `Block`.')
      .named('v1.PersistentVolumeMode')
      .nullable(),
    dataSource: ref(
      7,
      TypedLocalObjectReference,
      'What it is filled from: a snapshot or another claim.',
    ),
    dataSourceRef: ref(
      8,
      TypedObjectReference,
      'What it is filled from: any object that something knows how to use.',
    ),
    volumeAttributesClassName: string(9, 'Class of settings that can be changed later.').nullable(),
  },
)
export interface PersistentVolumeClaimSpec extends TypeOf<typeof PersistentVolumeClaimSpec> {}

export const PersistentVolumeClaimTemplate = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimTemplate',
  'A claim that is made for a pod.',
  {
    metadata: ref(1, ObjectMeta, 'Labels and annotations that the claim gets.').always(),
    spec: ref(2, PersistentVolumeClaimSpec, 'What is wanted.').required().always(),
  },
)
export interface PersistentVolumeClaimTemplate
  extends TypeOf<typeof PersistentVolumeClaimTemplate> {}

export const PersistentVolumeClaimVolumeSource = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource',
  'Storage that a claim stands for.',
  {
    claimName: string(1, "Name of the claim, in the pod's namespace.").required(),
    readOnly: boolean(2, 'Mounts the volume for reading alone.'),
  },
)
export interface PersistentVolumeClaimVolumeSource
  extends TypeOf<typeof PersistentVolumeClaimVolumeSource> {}
