import { ObjectReference } from './reference.ts'
import { SecretReference } from './secret-reference.ts'
import { boolean, int32, list, map, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const AzureFilePersistentVolumeSource = struct(
  'io.k8s.api.core.v1.AzureFilePersistentVolumeSource',
  '',
  {
    readOnly: boolean(3),
    secretName: string(1).required(),
    secretNamespace: string(4).nullable().written(),
    shareName: string(2).required(),
  },
)
export interface AzureFilePersistentVolumeSource
  extends TypeOf<typeof AzureFilePersistentVolumeSource> {}

export const CSIPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.CSIPersistentVolumeSource',
  '',
  {
    controllerExpandSecretRef: ref(9, SecretReference),
    controllerPublishSecretRef: ref(6, SecretReference),
    driver: string(1).required(),
    fsType: string(4),
    nodeExpandSecretRef: ref(10, SecretReference),
    nodePublishSecretRef: ref(8, SecretReference),
    nodeStageSecretRef: ref(7, SecretReference),
    readOnly: boolean(3),
    volumeAttributes: map(5, string),
    volumeHandle: string(2).required(),
  },
)
export interface CSIPersistentVolumeSource extends TypeOf<typeof CSIPersistentVolumeSource> {}

export const CephFSPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.CephFSPersistentVolumeSource',
  '',
  {
    monitors: list(1, string).atomic().required(),
    path: string(2),
    readOnly: boolean(6),
    secretFile: string(4),
    secretRef: ref(5, SecretReference),
    user: string(3),
  },
)
export interface CephFSPersistentVolumeSource extends TypeOf<typeof CephFSPersistentVolumeSource> {}

export const CinderPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.CinderPersistentVolumeSource',
  '',
  {
    fsType: string(2),
    readOnly: boolean(3),
    secretRef: ref(4, SecretReference),
    volumeID: string(1).required(),
  },
)
export interface CinderPersistentVolumeSource extends TypeOf<typeof CinderPersistentVolumeSource> {}

export const FlexPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.FlexPersistentVolumeSource',
  '',
  {
    driver: string(1).required(),
    fsType: string(2),
    options: map(5, string),
    readOnly: boolean(4),
    secretRef: ref(3, SecretReference),
  },
)
export interface FlexPersistentVolumeSource extends TypeOf<typeof FlexPersistentVolumeSource> {}

export const GlusterfsPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.GlusterfsPersistentVolumeSource',
  '',
  {
    endpoints: string(1).required(),
    endpointsNamespace: string(4).nullable(),
    path: string(2).required(),
    readOnly: boolean(3),
  },
)
export interface GlusterfsPersistentVolumeSource
  extends TypeOf<typeof GlusterfsPersistentVolumeSource> {}

export const ISCSIPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.ISCSIPersistentVolumeSource',
  '',
  {
    chapAuthDiscovery: boolean(8),
    chapAuthSession: boolean(11),
    fsType: string(5),
    initiatorName: string(12).nullable(),
    iqn: string(2).required(),
    iscsiInterface: string(4),
    lun: int32(3).required(),
    portals: list(7, string).atomic(),
    readOnly: boolean(6),
    secretRef: ref(10, SecretReference),
    targetPortal: string(1).required(),
  },
)
export interface ISCSIPersistentVolumeSource extends TypeOf<typeof ISCSIPersistentVolumeSource> {}

export const LocalVolumeSource = struct('io.k8s.api.core.v1.LocalVolumeSource', '', {
  fsType: string(2).nullable(),
  path: string(1).required(),
})
export interface LocalVolumeSource extends TypeOf<typeof LocalVolumeSource> {}

export const RBDPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.RBDPersistentVolumeSource',
  '',
  {
    fsType: string(3),
    image: string(2).required(),
    keyring: string(6),
    monitors: list(1, string).atomic().required(),
    pool: string(4),
    readOnly: boolean(8),
    secretRef: ref(7, SecretReference),
    user: string(5),
  },
)
export interface RBDPersistentVolumeSource extends TypeOf<typeof RBDPersistentVolumeSource> {}

export const ScaleIOPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.ScaleIOPersistentVolumeSource',
  '',
  {
    fsType: string(9),
    gateway: string(1).required(),
    protectionDomain: string(5),
    readOnly: boolean(10),
    secretRef: ref(3, SecretReference).required(),
    sslEnabled: boolean(4),
    storageMode: string(7),
    storagePool: string(6),
    system: string(2).required(),
    volumeName: string(8),
  },
)
export interface ScaleIOPersistentVolumeSource
  extends TypeOf<typeof ScaleIOPersistentVolumeSource> {}

export const StorageOSPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.StorageOSPersistentVolumeSource',
  '',
  {
    fsType: string(3),
    readOnly: boolean(4),
    secretRef: ref(5, ObjectReference),
    volumeName: string(1),
    volumeNamespace: string(2),
  },
)
export interface StorageOSPersistentVolumeSource
  extends TypeOf<typeof StorageOSPersistentVolumeSource> {}
