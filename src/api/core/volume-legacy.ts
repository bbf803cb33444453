import { boolean, int32, list, map, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { LocalObjectReference } from './reference.ts'

export const AWSElasticBlockStoreVolumeSource = struct(
  'io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource',
  '',
  {
    fsType: string(2),
    partition: int32(3),
    readOnly: boolean(4),
    volumeID: string(1).required(),
  },
)
export interface AWSElasticBlockStoreVolumeSource
  extends TypeOf<typeof AWSElasticBlockStoreVolumeSource> {}

export const AzureDiskVolumeSource = struct('io.k8s.api.core.v1.AzureDiskVolumeSource', '', {
  kind: string(6).nullable(),
  cachingMode: string(3).nullable(),
  diskName: string(1).required(),
  diskURI: string(2).required(),
  fsType: string(4).nullable(),
  readOnly: boolean(5).nullable(),
})
export interface AzureDiskVolumeSource extends TypeOf<typeof AzureDiskVolumeSource> {}

export const AzureFileVolumeSource = struct('io.k8s.api.core.v1.AzureFileVolumeSource', '', {
  readOnly: boolean(3),
  secretName: string(1).required(),
  shareName: string(2).required(),
})
export interface AzureFileVolumeSource extends TypeOf<typeof AzureFileVolumeSource> {}

export const CephFSVolumeSource = struct('io.k8s.api.core.v1.CephFSVolumeSource', '', {
  monitors: list(1, string).required().atomic(),
  path: string(2),
  readOnly: boolean(6),
  secretFile: string(4),
  secretRef: ref(5, LocalObjectReference),
  user: string(3),
})
export interface CephFSVolumeSource extends TypeOf<typeof CephFSVolumeSource> {}

export const CinderVolumeSource = struct('io.k8s.api.core.v1.CinderVolumeSource', '', {
  fsType: string(2),
  readOnly: boolean(3),
  secretRef: ref(4, LocalObjectReference),
  volumeID: string(1).required(),
})
export interface CinderVolumeSource extends TypeOf<typeof CinderVolumeSource> {}

export const FCVolumeSource = struct('io.k8s.api.core.v1.FCVolumeSource', '', {
  fsType: string(3),
  lun: int32(2).nullable(),
  readOnly: boolean(4),
  targetWWNs: list(1, string).atomic(),
  wwids: list(5, string).atomic(),
})
export interface FCVolumeSource extends TypeOf<typeof FCVolumeSource> {}

export const FlexVolumeSource = struct('io.k8s.api.core.v1.FlexVolumeSource', '', {
  driver: string(1).required(),
  fsType: string(2),
  options: map(5, string),
  readOnly: boolean(4),
  secretRef: ref(3, LocalObjectReference),
})
export interface FlexVolumeSource extends TypeOf<typeof FlexVolumeSource> {}

export const FlockerVolumeSource = struct('io.k8s.api.core.v1.FlockerVolumeSource', '', {
  datasetName: string(1),
  datasetUUID: string(2),
})
export interface FlockerVolumeSource extends TypeOf<typeof FlockerVolumeSource> {}

export const GCEPersistentDiskVolumeSource = struct(
  'io.k8s.api.core.v1.GCEPersistentDiskVolumeSource',
  '',
  {
    fsType: string(2),
    partition: int32(3),
    pdName: string(1).required(),
    readOnly: boolean(4),
  },
)
export interface GCEPersistentDiskVolumeSource
  extends TypeOf<typeof GCEPersistentDiskVolumeSource> {}

export const GitRepoVolumeSource = struct('io.k8s.api.core.v1.GitRepoVolumeSource', '', {
  directory: string(3),
  repository: string(1).required(),
  revision: string(2),
})
export interface GitRepoVolumeSource extends TypeOf<typeof GitRepoVolumeSource> {}

export const GlusterfsVolumeSource = struct('io.k8s.api.core.v1.GlusterfsVolumeSource', '', {
  endpoints: string(1).required(),
  path: string(2).required(),
  readOnly: boolean(3),
})
export interface GlusterfsVolumeSource extends TypeOf<typeof GlusterfsVolumeSource> {}

export const ISCSIVolumeSource = struct('io.k8s.api.core.v1.ISCSIVolumeSource', '', {
  chapAuthDiscovery: boolean(8),
  chapAuthSession: boolean(11),
  fsType: string(5),
  initiatorName: string(12).nullable(),
  iqn: string(2).required(),
  iscsiInterface: string(4),
  lun: int32(3).required(),
  portals: list(7, string).atomic(),
  readOnly: boolean(6),
  secretRef: ref(10, LocalObjectReference),
  targetPortal: string(1).required(),
})
export interface ISCSIVolumeSource extends TypeOf<typeof ISCSIVolumeSource> {}

export const NFSVolumeSource = struct('io.k8s.api.core.v1.NFSVolumeSource', '', {
  path: string(2).required(),
  readOnly: boolean(3),
  server: string(1).required(),
})
export interface NFSVolumeSource extends TypeOf<typeof NFSVolumeSource> {}

export const PhotonPersistentDiskVolumeSource = struct(
  'io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource',
  '',
  {
    fsType: string(2),
    pdID: string(1).required(),
  },
)
export interface PhotonPersistentDiskVolumeSource
  extends TypeOf<typeof PhotonPersistentDiskVolumeSource> {}

export const PortworxVolumeSource = struct('io.k8s.api.core.v1.PortworxVolumeSource', '', {
  fsType: string(2),
  readOnly: boolean(3),
  volumeID: string(1).required(),
})
export interface PortworxVolumeSource extends TypeOf<typeof PortworxVolumeSource> {}

export const QuobyteVolumeSource = struct('io.k8s.api.core.v1.QuobyteVolumeSource', '', {
  group: string(5),
  readOnly: boolean(3),
  registry: string(1).required(),
  tenant: string(6),
  user: string(4),
  volume: string(2).required(),
})
export interface QuobyteVolumeSource extends TypeOf<typeof QuobyteVolumeSource> {}

export const RBDVolumeSource = struct('io.k8s.api.core.v1.RBDVolumeSource', '', {
  fsType: string(3),
  image: string(2).required(),
  keyring: string(6),
  monitors: list(1, string).required().atomic(),
  pool: string(4),
  readOnly: boolean(8),
  secretRef: ref(7, LocalObjectReference),
  user: string(5),
})
export interface RBDVolumeSource extends TypeOf<typeof RBDVolumeSource> {}

export const ScaleIOVolumeSource = struct('io.k8s.api.core.v1.ScaleIOVolumeSource', '', {
  fsType: string(9),
  gateway: string(1).required(),
  protectionDomain: string(5),
  readOnly: boolean(10),
  secretRef: ref(3, LocalObjectReference).required(),
  sslEnabled: boolean(4),
  storageMode: string(7),
  storagePool: string(6),
  system: string(2).required(),
  volumeName: string(8),
})
export interface ScaleIOVolumeSource extends TypeOf<typeof ScaleIOVolumeSource> {}

export const StorageOSVolumeSource = struct('io.k8s.api.core.v1.StorageOSVolumeSource', '', {
  fsType: string(3),
  readOnly: boolean(4),
  secretRef: ref(5, LocalObjectReference),
  volumeName: string(1),
  volumeNamespace: string(2),
})
export interface StorageOSVolumeSource extends TypeOf<typeof StorageOSVolumeSource> {}

export const VsphereVirtualDiskVolumeSource = struct(
  'io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource',
  '',
  {
    fsType: string(2),
    storagePolicyID: string(4),
    storagePolicyName: string(3),
    volumePath: string(1).required(),
  },
)
export interface VsphereVirtualDiskVolumeSource
  extends TypeOf<typeof VsphereVirtualDiskVolumeSource> {}
