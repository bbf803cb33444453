import { boolean, int32, list, map, ref, string, struct, type TypeOf } from '../schema/index.ts'
import { LocalObjectReference } from './reference.ts'

export const AWSElasticBlockStoreVolumeSource = struct(
  'io.k8s.api.core.v1.AWSElasticBlockStoreVolumeSource',
  "A disk of Amazon's block store.",
  {
    volumeID: string(1, 'Identity of the volume at its provider.').required(),
    fsType: string(2, "File system on the volume, such as `ext4`; the host's default if empty."),
    partition: int32(3, 'Number of the partition to mount; the whole disk if 0.'),
    readOnly: boolean(4, 'Mounts the volume for reading alone.'),
  },
)
export interface AWSElasticBlockStoreVolumeSource
  extends TypeOf<typeof AWSElasticBlockStoreVolumeSource> {}

export const AzureDiskVolumeSource = struct(
  'io.k8s.api.core.v1.AzureDiskVolumeSource',
  'A disk of Azure.',
  {
    diskName: string(1, 'Name of the disk in the blob store.').required(),
    diskURI: string(2, 'Address of the disk in the blob store.').required(),
    cachingMode: string(3, 'How the host caches: `None`, `ReadOnly` or `ReadWrite`.')
      .named('v1.AzureDataDiskCachingMode')
      .nullable(),
    fsType: string(
      4,
      "File system on the volume, such as `ext4`; the host's default if empty.",
    ).nullable(),
    readOnly: boolean(5, 'Mounts the volume for reading alone.').nullable(),
    kind: string(6, '`Shared`, `Dedicated` or `Managed`.').named('v1.AzureDataDiskKind').nullable(),
  },
)
export interface AzureDiskVolumeSource extends TypeOf<typeof AzureDiskVolumeSource> {}

export const AzureFileVolumeSource = struct(
  'io.k8s.api.core.v1.AzureFileVolumeSource',
  'A file share of Azure.',
  {
    secretName: string(1, "Secret with the account's name and key.").required(),
    shareName: string(2, 'Name of the share.').required(),
    readOnly: boolean(3, 'Mounts the volume for reading alone.'),
  },
)
export interface AzureFileVolumeSource extends TypeOf<typeof AzureFileVolumeSource> {}

export const CephFSVolumeSource = struct(
  'io.k8s.api.core.v1.CephFSVolumeSource',
  'A directory of a Ceph file system.',
  {
    monitors: list(1, string, 'Addresses of the Ceph monitors.').required().atomic(),
    path: string(2, 'Directory to mount as the root; `/` by default.'),
    user: string(3, 'Name of the user to sign in as.'),
    secretFile: string(4, 'File with the key of the user.'),
    secretRef: ref(5, LocalObjectReference, 'Secret that holds what is needed to sign in.'),
    readOnly: boolean(6, 'Mounts the volume for reading alone.'),
  },
)
export interface CephFSVolumeSource extends TypeOf<typeof CephFSVolumeSource> {}

export const CinderVolumeSource = struct(
  'io.k8s.api.core.v1.CinderVolumeSource',
  'A disk of OpenStack.',
  {
    volumeID: string(1, 'Identity of the volume at its provider.').required(),
    fsType: string(2, "File system on the volume, such as `ext4`; the host's default if empty."),
    readOnly: boolean(3, 'Mounts the volume for reading alone.'),
    secretRef: ref(4, LocalObjectReference, 'Secret that holds what is needed to sign in.'),
  },
)
export interface CinderVolumeSource extends TypeOf<typeof CinderVolumeSource> {}

export const FCVolumeSource = struct(
  'io.k8s.api.core.v1.FCVolumeSource',
  'A disk on a Fibre Channel network.',
  {
    targetWWNs: list(1, string, 'Names of the targets.').atomic(),
    lun: int32(2, 'Number of the disk at its target.').nullable(),
    fsType: string(3, "File system on the volume, such as `ext4`; the host's default if empty."),
    readOnly: boolean(4, 'Mounts the volume for reading alone.'),
    wwids: list(5, string, 'Identities of the disk, instead of targets and number.').atomic(),
  },
)
export interface FCVolumeSource extends TypeOf<typeof FCVolumeSource> {}

export const FlexVolumeSource = struct(
  'io.k8s.api.core.v1.FlexVolumeSource',
  'A volume that a program on the node mounts.',
  {
    driver: string(1, 'Name of the program.').required(),
    fsType: string(2, "File system on the volume, such as `ext4`; the host's default if empty."),
    secretRef: ref(3, LocalObjectReference, 'Secret that holds what is needed to sign in.'),
    readOnly: boolean(4, 'Mounts the volume for reading alone.'),
    options: map(5, string, 'Settings that the program understands.'),
  },
)
export interface FlexVolumeSource extends TypeOf<typeof FlexVolumeSource> {}

export const FlockerVolumeSource = struct(
  'io.k8s.api.core.v1.FlockerVolumeSource',
  'A dataset of Flocker; no longer supported.',
  {
    datasetName: string(1, 'Name of the dataset.'),
    datasetUUID: string(2, 'Identity of the dataset.'),
  },
)
export interface FlockerVolumeSource extends TypeOf<typeof FlockerVolumeSource> {}

export const GCEPersistentDiskVolumeSource = struct(
  'io.k8s.api.core.v1.GCEPersistentDiskVolumeSource',
  "A disk of Google's cloud.",
  {
    pdName: string(1, 'Name of the disk.').required(),
    fsType: string(2, "File system on the volume, such as `ext4`; the host's default if empty."),
    partition: int32(3, 'Number of the partition to mount; the whole disk if 0.'),
    readOnly: boolean(4, 'Mounts the volume for reading alone.'),
  },
)
export interface GCEPersistentDiskVolumeSource
  extends TypeOf<typeof GCEPersistentDiskVolumeSource> {}

export const GitRepoVolumeSource = struct(
  'io.k8s.api.core.v1.GitRepoVolumeSource',
  'A checked-out git repository; use an init container instead.',
  {
    repository: string(1, 'Address of the repository.').required(),
    revision: string(2, 'Commit to check out.'),
    directory: string(3, 'Directory to check out into.'),
  },
)
export interface GitRepoVolumeSource extends TypeOf<typeof GitRepoVolumeSource> {}

export const GlusterfsVolumeSource = struct(
  'io.k8s.api.core.v1.GlusterfsVolumeSource',
  'A volume of GlusterFS; no longer supported.',
  {
    endpoints: string(1, 'Endpoints object that names the servers.').required(),
    path: string(2, 'Path of the volume.').required(),
    readOnly: boolean(3, 'Mounts the volume for reading alone.'),
  },
)
export interface GlusterfsVolumeSource extends TypeOf<typeof GlusterfsVolumeSource> {}

export const ISCSIVolumeSource = struct(
  'io.k8s.api.core.v1.ISCSIVolumeSource',
  'A disk served over iSCSI.',
  {
    targetPortal: string(1, 'Address of the target, with its port if it is not 3260.').required(),
    iqn: string(2, 'Name of the target.').required(),
    lun: int32(3, 'Number of the disk at its target.').required(),
    iscsiInterface: string(4, 'Interface to use; `default` (TCP) by default.'),
    fsType: string(5, "File system on the volume, such as `ext4`; the host's default if empty."),
    readOnly: boolean(6, 'Mounts the volume for reading alone.'),
    portals: list(7, string, 'Further addresses of the target.').atomic(),
    chapAuthDiscovery: boolean(8, 'Whether finding the disk needs CHAP.'),
    chapAuthSession: boolean(11, 'Whether using the disk needs CHAP.'),
    secretRef: ref(10, LocalObjectReference, "Secret with CHAP's names and passwords."),
    initiatorName: string(12, 'Name under which the node signs in.').nullable(),
  },
)
export interface ISCSIVolumeSource extends TypeOf<typeof ISCSIVolumeSource> {}

export const NFSVolumeSource = struct(
  'io.k8s.api.core.v1.NFSVolumeSource',
  'A directory of an NFS server.',
  {
    server: string(1, 'Name or address of the server.').required(),
    path: string(2, 'Directory that the server exports.').required(),
    readOnly: boolean(3, 'Mounts the volume for reading alone.'),
  },
)
export interface NFSVolumeSource extends TypeOf<typeof NFSVolumeSource> {}

export const PhotonPersistentDiskVolumeSource = struct(
  'io.k8s.api.core.v1.PhotonPersistentDiskVolumeSource',
  'A disk of Photon; no longer supported.',
  {
    pdID: string(1, 'Identity of the disk.').required(),
    fsType: string(2, "File system on the volume, such as `ext4`; the host's default if empty."),
  },
)
export interface PhotonPersistentDiskVolumeSource
  extends TypeOf<typeof PhotonPersistentDiskVolumeSource> {}

export const PortworxVolumeSource = struct(
  'io.k8s.api.core.v1.PortworxVolumeSource',
  'A volume of Portworx.',
  {
    volumeID: string(1, 'Identity of the volume at its provider.').required(),
    fsType: string(2, "File system on the volume, such as `ext4`; the host's default if empty."),
    readOnly: boolean(3, 'Mounts the volume for reading alone.'),
  },
)
export interface PortworxVolumeSource extends TypeOf<typeof PortworxVolumeSource> {}

export const QuobyteVolumeSource = struct(
  'io.k8s.api.core.v1.QuobyteVolumeSource',
  'A volume of Quobyte; no longer supported.',
  {
    registry: string(1, 'Addresses of the registries.').required(),
    volume: string(2, 'Name of the volume.').required(),
    readOnly: boolean(3, 'Mounts the volume for reading alone.'),
    user: string(4, 'User to mount as.'),
    group: string(5, 'Group to mount as.'),
    tenant: string(6, 'Who owns the volume.'),
  },
)
export interface QuobyteVolumeSource extends TypeOf<typeof QuobyteVolumeSource> {}

export const RBDVolumeSource = struct(
  'io.k8s.api.core.v1.RBDVolumeSource',
  'A block device of Ceph.',
  {
    monitors: list(1, string, 'Addresses of the Ceph monitors.').required().atomic(),
    image: string(2, 'Name of the image.').required(),
    fsType: string(3, "File system on the volume, such as `ext4`; the host's default if empty."),
    pool: string(4, 'Pool in which the image is.'),
    user: string(5, 'Name of the user to sign in as.'),
    keyring: string(6, "File with the user's keys."),
    secretRef: ref(7, LocalObjectReference, 'Secret that holds what is needed to sign in.'),
    readOnly: boolean(8, 'Mounts the volume for reading alone.'),
  },
)
export interface RBDVolumeSource extends TypeOf<typeof RBDVolumeSource> {}

export const ScaleIOVolumeSource = struct(
  'io.k8s.api.core.v1.ScaleIOVolumeSource',
  'A volume of ScaleIO; no longer supported.',
  {
    gateway: string(1, 'Address of the gateway.').required(),
    system: string(2, 'Name of the storage system.').required(),
    secretRef: ref(
      3,
      LocalObjectReference,
      'Secret that holds what is needed to sign in.',
    ).required(),
    sslEnabled: boolean(4, 'Whether the gateway speaks TLS.'),
    protectionDomain: string(5, 'Name of the protection domain.'),
    storagePool: string(6, 'Name of the storage pool.'),
    storageMode: string(7, '`ThickProvisioned` or `ThinProvisioned`.'),
    volumeName: string(8, 'Name of the volume.'),
    fsType: string(9, "File system on the volume, such as `ext4`; the host's default if empty."),
    readOnly: boolean(10, 'Mounts the volume for reading alone.'),
  },
)
export interface ScaleIOVolumeSource extends TypeOf<typeof ScaleIOVolumeSource> {}

export const StorageOSVolumeSource = struct(
  'io.k8s.api.core.v1.StorageOSVolumeSource',
  'A volume of StorageOS; no longer supported.',
  {
    volumeName: string(1, 'Name of the volume.'),
    volumeNamespace: string(2, 'Namespace of the volume at StorageOS.'),
    fsType: string(3, "File system on the volume, such as `ext4`; the host's default if empty."),
    readOnly: boolean(4, 'Mounts the volume for reading alone.'),
    secretRef: ref(5, LocalObjectReference, 'Secret that holds what is needed to sign in.'),
  },
)
export interface StorageOSVolumeSource extends TypeOf<typeof StorageOSVolumeSource> {}

export const VsphereVirtualDiskVolumeSource = struct(
  'io.k8s.api.core.v1.VsphereVirtualDiskVolumeSource',
  'A disk of vSphere.',
  {
    volumePath: string(1, 'Path of the disk.').required(),
    fsType: string(2, "File system on the volume, such as `ext4`; the host's default if empty."),
    storagePolicyName: string(3, 'Name of the storage policy.'),
    storagePolicyID: string(4, 'Identity of the storage policy.'),
  },
)
export interface VsphereVirtualDiskVolumeSource
  extends TypeOf<typeof VsphereVirtualDiskVolumeSource> {}
