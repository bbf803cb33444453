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

export const ConfigMapVolumeSource = struct(
  'io.k8s.api.core.v1.ConfigMapVolumeSource',
  'Entries of a ConfigMap as files.',
  {
    name: string(1, 'Name of the ConfigMap.').inlinedAt(1),
    items: list(
      2,
      KeyToPath,
      'Which keys become which files; all keys, under their own names, if empty.',
    ).atomic(),
    defaultMode: int32(
      3,
      'Permissions of the files that name none of their own, 0 to 0777; 0644 by default.',
    ).nullable(),
    optional: boolean(4, 'If true, what is missing is no fault.').nullable(),
  },
)
export interface ConfigMapVolumeSource extends TypeOf<typeof ConfigMapVolumeSource> {}

export const CSIVolumeSource = struct(
  'io.k8s.api.core.v1.CSIVolumeSource',
  'A volume that a storage driver makes for the pod alone.',
  {
    driver: string(1, 'Name of the driver, as the node knows it.').required(),
    readOnly: boolean(2, 'Mounts the volume for reading alone.').nullable(),
    fsType: string(
      3,
      "File system on the volume, such as `ext4`; the host's default if empty.",
    ).nullable(),
    volumeAttributes: map(4, string, 'Settings that the driver understands.'),
    nodePublishSecretRef: ref(
      5,
      LocalObjectReference,
      'Secret that the driver needs to publish the volume.',
    ),
  },
)
export interface CSIVolumeSource extends TypeOf<typeof CSIVolumeSource> {}

export const DownwardAPIVolumeSource = struct(
  'io.k8s.api.core.v1.DownwardAPIVolumeSource',
  'Facts about the pod as files.',
  {
    items: list(1, DownwardAPIVolumeFile, 'The files.').atomic(),
    defaultMode: int32(
      2,
      'Permissions of the files that name none of their own, 0 to 0777; 0644 by default.',
    ).nullable(),
  },
)
export interface DownwardAPIVolumeSource extends TypeOf<typeof DownwardAPIVolumeSource> {}

export const EmptyDirVolumeSource = struct(
  'io.k8s.api.core.v1.EmptyDirVolumeSource',
  'An empty directory that lives as long as the pod.',
  {
    medium: string(1, "Where it is: on the node's disk if empty, or `Memory`.").named(
      'v1.StorageMedium',
    ),
    sizeLimit: quantity(2, 'How large it may become.').nullable().nullable(),
  },
)
export interface EmptyDirVolumeSource extends TypeOf<typeof EmptyDirVolumeSource> {}

export const EphemeralVolumeSource = struct(
  'io.k8s.api.core.v1.EphemeralVolumeSource',
  'A volume made for the pod by a claim of its own, and deleted with it.',
  {
    volumeClaimTemplate: ref(1, PersistentVolumeClaimTemplate, 'The claim.'),
  },
)
export interface EphemeralVolumeSource extends TypeOf<typeof EphemeralVolumeSource> {}

export const HostPathVolumeSource = struct(
  'io.k8s.api.core.v1.HostPathVolumeSource',
  'A file or directory of the node itself.',
  {
    path: string(1, 'Path on the node.').required(),
    type: string(2, 'What must be there, or is made: `Directory`, `File` …; not checked if empty.')
      .named('v1.HostPathType')
      .nullable(),
  },
)
export interface HostPathVolumeSource extends TypeOf<typeof HostPathVolumeSource> {}

export const ImageVolumeSource = struct(
  'io.k8s.api.core.v1.ImageVolumeSource',
  'An image whose files become a volume.',
  {
    reference: string(1, 'Name of the image.'),
    pullPolicy: string(2, 'When the image is fetched: `Always`, `IfNotPresent` or `Never`.').named(
      'v1.PullPolicy',
    ),
  },
)
export interface ImageVolumeSource extends TypeOf<typeof ImageVolumeSource> {}

export const SecretVolumeSource = struct(
  'io.k8s.api.core.v1.SecretVolumeSource',
  'Entries of a Secret as files.',
  {
    secretName: string(1, 'Name of the Secret.'),
    items: list(
      2,
      KeyToPath,
      'Which keys become which files; all keys, under their own names, if empty.',
    ).atomic(),
    defaultMode: int32(
      3,
      'Permissions of the files that name none of their own, 0 to 0777; 0644 by default.',
    ).nullable(),
    optional: boolean(4, 'If true, what is missing is no fault.').nullable(),
  },
)
export interface SecretVolumeSource extends TypeOf<typeof SecretVolumeSource> {}

export const Volume = struct(
  'io.k8s.api.core.v1.Volume',
  'A directory for the containers of a pod: a name, and one source.',
  {
    name: string(1, 'Name of the volume, unique in its pod, a DNS label.').required(),
    hostPath: ref(1, HostPathVolumeSource, 'A file or directory of the node itself.').inlinedAt(2),
    emptyDir: ref(
      2,
      EmptyDirVolumeSource,
      'An empty directory that lives as long as the pod.',
    ).inlinedAt(2),
    gcePersistentDisk: ref(3, GCEPersistentDiskVolumeSource, "A disk of Google's cloud.").inlinedAt(
      2,
    ),
    awsElasticBlockStore: ref(
      4,
      AWSElasticBlockStoreVolumeSource,
      "A disk of Amazon's block store.",
    ).inlinedAt(2),
    gitRepo: ref(5, GitRepoVolumeSource, 'A checked-out git repository.').inlinedAt(2),
    secret: ref(6, SecretVolumeSource, 'Entries of a Secret as files.').inlinedAt(2),
    nfs: ref(7, NFSVolumeSource, 'A directory of an NFS server.').inlinedAt(2),
    iscsi: ref(8, ISCSIVolumeSource, 'A disk served over iSCSI.').inlinedAt(2),
    glusterfs: ref(9, GlusterfsVolumeSource, 'A volume of GlusterFS.').inlinedAt(2),
    persistentVolumeClaim: ref(
      10,
      PersistentVolumeClaimVolumeSource,
      'Storage that a claim stands for.',
    ).inlinedAt(2),
    rbd: ref(11, RBDVolumeSource, 'A block device of Ceph.').inlinedAt(2),
    flexVolume: ref(12, FlexVolumeSource, 'A volume that a program on the node mounts.').inlinedAt(
      2,
    ),
    cinder: ref(13, CinderVolumeSource, 'A disk of OpenStack.').inlinedAt(2),
    cephfs: ref(14, CephFSVolumeSource, 'A directory of a Ceph file system.').inlinedAt(2),
    flocker: ref(15, FlockerVolumeSource, 'A dataset of Flocker.').inlinedAt(2),
    downwardAPI: ref(16, DownwardAPIVolumeSource, 'Facts about the pod as files.').inlinedAt(2),
    fc: ref(17, FCVolumeSource, 'A disk on a Fibre Channel network.').inlinedAt(2),
    azureFile: ref(18, AzureFileVolumeSource, 'A file share of Azure.').inlinedAt(2),
    configMap: ref(19, ConfigMapVolumeSource, 'Entries of a ConfigMap as files.').inlinedAt(2),
    vsphereVolume: ref(20, VsphereVirtualDiskVolumeSource, 'A disk of vSphere.').inlinedAt(2),
    quobyte: ref(21, QuobyteVolumeSource, 'A volume of Quobyte.').inlinedAt(2),
    azureDisk: ref(22, AzureDiskVolumeSource, 'A disk of Azure.').inlinedAt(2),
    photonPersistentDisk: ref(23, PhotonPersistentDiskVolumeSource, 'A disk of Photon.').inlinedAt(
      2,
    ),
    projected: ref(
      26,
      ProjectedVolumeSource,
      'Files from several sources in one directory.',
    ).inlinedAt(2),
    portworxVolume: ref(24, PortworxVolumeSource, 'A volume of Portworx.').inlinedAt(2),
    scaleIO: ref(25, ScaleIOVolumeSource, 'A volume of ScaleIO.').inlinedAt(2),
    storageos: ref(27, StorageOSVolumeSource, 'A volume of StorageOS.').inlinedAt(2),
    csi: ref(
      28,
      CSIVolumeSource,
      'A volume that a storage driver makes for the pod alone.',
    ).inlinedAt(2),
    ephemeral: ref(
      29,
      EphemeralVolumeSource,
      'A volume made for the pod by a claim of its own.',
    ).inlinedAt(2),
    image: ref(30, ImageVolumeSource, 'An image whose files become the volume.').inlinedAt(2),
  },
)
export interface Volume extends TypeOf<typeof Volume> {}
