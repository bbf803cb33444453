import {
  boolean,
  int32,
  list,
  map,
  quantity,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'
import { LocalObjectReference } from './reference.ts'
import { PersistentVolumeClaimTemplate, PersistentVolumeClaimVolumeSource } from './volume-claim.ts'
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  AzureFileVolumeSource,
  CephFSVolumeSource,
  CinderVolumeSource,
  FCVolumeSource,
  FlexVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  GitRepoVolumeSource,
  GlusterfsVolumeSource,
  ISCSIVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  RBDVolumeSource,
  ScaleIOVolumeSource,
  StorageOSVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from './volume-legacy.ts'
import { DownwardAPIVolumeFile, KeyToPath, ProjectedVolumeSource } from './volume-projection.ts'

export const ConfigMapVolumeSource = struct('io.k8s.api.core.v1.ConfigMapVolumeSource', '', {
  defaultMode: int32(3).nullable(),
  items: list(2, KeyToPath).atomic(),
  name: string(1).inlinedAt(1),
  optional: boolean(4).nullable(),
})
export interface ConfigMapVolumeSource extends TypeOf<typeof ConfigMapVolumeSource> {}

export const CSIVolumeSource = struct('io.k8s.api.core.v1.CSIVolumeSource', '', {
  driver: string(1).required(),
  fsType: string(3).nullable(),
  nodePublishSecretRef: ref(5, LocalObjectReference),
  readOnly: boolean(2).nullable(),
  volumeAttributes: map(4, string),
})
export interface CSIVolumeSource extends TypeOf<typeof CSIVolumeSource> {}

export const DownwardAPIVolumeSource = struct('io.k8s.api.core.v1.DownwardAPIVolumeSource', '', {
  defaultMode: int32(2).nullable(),
  items: list(1, DownwardAPIVolumeFile).atomic(),
})
export interface DownwardAPIVolumeSource extends TypeOf<typeof DownwardAPIVolumeSource> {}

export const EmptyDirVolumeSource = struct('io.k8s.api.core.v1.EmptyDirVolumeSource', '', {
  medium: string(1),
  sizeLimit: quantity(2).nullable(),
})
export interface EmptyDirVolumeSource extends TypeOf<typeof EmptyDirVolumeSource> {}

export const EphemeralVolumeSource = struct('io.k8s.api.core.v1.EphemeralVolumeSource', '', {
  volumeClaimTemplate: ref(1, PersistentVolumeClaimTemplate),
})
export interface EphemeralVolumeSource extends TypeOf<typeof EphemeralVolumeSource> {}

export const HostPathVolumeSource = struct('io.k8s.api.core.v1.HostPathVolumeSource', '', {
  path: string(1).required(),
  type: string(2).nullable(),
})
export interface HostPathVolumeSource extends TypeOf<typeof HostPathVolumeSource> {}

export const ImageVolumeSource = struct('io.k8s.api.core.v1.ImageVolumeSource', '', {
  pullPolicy: string(2),
  reference: string(1),
})
export interface ImageVolumeSource extends TypeOf<typeof ImageVolumeSource> {}

export const SecretVolumeSource = struct('io.k8s.api.core.v1.SecretVolumeSource', '', {
  defaultMode: int32(3).nullable(),
  items: list(2, KeyToPath).atomic(),
  optional: boolean(4).nullable(),
  secretName: string(1),
})
export interface SecretVolumeSource extends TypeOf<typeof SecretVolumeSource> {}

export const Volume = struct('io.k8s.api.core.v1.Volume', '', {
  awsElasticBlockStore: ref(4, AWSElasticBlockStoreVolumeSource).inlinedAt(2),
  azureDisk: ref(22, AzureDiskVolumeSource).inlinedAt(2),
  azureFile: ref(18, AzureFileVolumeSource).inlinedAt(2),
  cephfs: ref(14, CephFSVolumeSource).inlinedAt(2),
  cinder: ref(13, CinderVolumeSource).inlinedAt(2),
  configMap: ref(19, ConfigMapVolumeSource).inlinedAt(2),
  csi: ref(28, CSIVolumeSource).inlinedAt(2),
  downwardAPI: ref(16, DownwardAPIVolumeSource).inlinedAt(2),
  emptyDir: ref(2, EmptyDirVolumeSource).inlinedAt(2),
  ephemeral: ref(29, EphemeralVolumeSource).inlinedAt(2),
  fc: ref(17, FCVolumeSource).inlinedAt(2),
  flexVolume: ref(12, FlexVolumeSource).inlinedAt(2),
  flocker: ref(15, FlockerVolumeSource).inlinedAt(2),
  gcePersistentDisk: ref(3, GCEPersistentDiskVolumeSource).inlinedAt(2),
  gitRepo: ref(5, GitRepoVolumeSource).inlinedAt(2),
  glusterfs: ref(9, GlusterfsVolumeSource).inlinedAt(2),
  hostPath: ref(1, HostPathVolumeSource).inlinedAt(2),
  image: ref(30, ImageVolumeSource).inlinedAt(2),
  iscsi: ref(8, ISCSIVolumeSource).inlinedAt(2),
  name: string(1).required(),
  nfs: ref(7, NFSVolumeSource).inlinedAt(2),
  persistentVolumeClaim: ref(10, PersistentVolumeClaimVolumeSource).inlinedAt(2),
  photonPersistentDisk: ref(23, PhotonPersistentDiskVolumeSource).inlinedAt(2),
  portworxVolume: ref(24, PortworxVolumeSource).inlinedAt(2),
  projected: ref(26, ProjectedVolumeSource).inlinedAt(2),
  quobyte: ref(21, QuobyteVolumeSource).inlinedAt(2),
  rbd: ref(11, RBDVolumeSource).inlinedAt(2),
  scaleIO: ref(25, ScaleIOVolumeSource).inlinedAt(2),
  secret: ref(6, SecretVolumeSource).inlinedAt(2),
  storageos: ref(27, StorageOSVolumeSource).inlinedAt(2),
  vsphereVolume: ref(20, VsphereVirtualDiskVolumeSource).inlinedAt(2),
})
export interface Volume extends TypeOf<typeof Volume> {}
