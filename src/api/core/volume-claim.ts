import { boolean, list, map, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { LabelSelector } from '../meta/index.ts'
import { ObjectMeta } from '../meta/index.ts'

export const TypedLocalObjectReference = struct(
  'io.k8s.api.core.v1.TypedLocalObjectReference',
  '',
  {
    kind: string(2).required(),
    apiGroup: string(1).nullable().written(),
    name: string(3).required(),
  },
  { mapType: 'atomic' },
)
export interface TypedLocalObjectReference extends TypeOf<typeof TypedLocalObjectReference> {}

export const TypedObjectReference = struct('io.k8s.api.core.v1.TypedObjectReference', '', {
  kind: string(2).required(),
  apiGroup: string(1).nullable().written(),
  name: string(3).required(),
  namespace: string(4).nullable(),
})
export interface TypedObjectReference extends TypeOf<typeof TypedObjectReference> {}

export const VolumeResourceRequirements = struct(
  'io.k8s.api.core.v1.VolumeResourceRequirements',
  '',
  {
    limits: map(1, quantity),
    requests: map(2, quantity),
  },
)
export interface VolumeResourceRequirements extends TypeOf<typeof VolumeResourceRequirements> {}

export const PersistentVolumeClaimSpec = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimSpec',
  '',
  {
    accessModes: list(1, string).atomic(),
    dataSource: ref(7, TypedLocalObjectReference),
    dataSourceRef: ref(8, TypedObjectReference),
    resources: ref(2, VolumeResourceRequirements).written(),
    selector: ref(4, LabelSelector),
    storageClassName: string(5).nullable(),
    volumeAttributesClassName: string(9).nullable(),
    volumeMode: string(6).nullable(),
    volumeName: string(3),
  },
)
export interface PersistentVolumeClaimSpec extends TypeOf<typeof PersistentVolumeClaimSpec> {}

export const PersistentVolumeClaimTemplate = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimTemplate',
  '',
  {
    metadata: ref(1, ObjectMeta).always(),
    spec: ref(2, PersistentVolumeClaimSpec).required().always(),
  },
)
export interface PersistentVolumeClaimTemplate
  extends TypeOf<typeof PersistentVolumeClaimTemplate> {}

export const PersistentVolumeClaimVolumeSource = struct(
  'io.k8s.api.core.v1.PersistentVolumeClaimVolumeSource',
  '',
  {
    claimName: string(1).required(),
    readOnly: boolean(2),
  },
)
export interface PersistentVolumeClaimVolumeSource
  extends TypeOf<typeof PersistentVolumeClaimVolumeSource> {}
