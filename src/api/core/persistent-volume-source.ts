import { ObjectReference } from './reference.ts'
import { SecretReference } from './secret-reference.ts'
import { boolean, int32, list, map, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const AzureFilePersistentVolumeSource = struct(
  'io.k8s.api.core.v1.AzureFilePersistentVolumeSource',
  'A share of Azure.',
  {
    secretName: string(1, 'Secret with account and key.').required(),
    shareName: string(2, 'Name of the share.').required(),
    readOnly: boolean(3, 'Whether it is mounted for reading only.'),
    secretNamespace: string(4, 'Its namespace; that of the pod by default.').nullable().written(),
  },
)
export interface AzureFilePersistentVolumeSource
  extends TypeOf<typeof AzureFilePersistentVolumeSource> {}

export const CSIPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.CSIPersistentVolumeSource',
  'A volume of a CSI driver.',
  {
    driver: string(1, 'Name of the driver, a host name.').required(),
    volumeHandle: string(2, 'Its name with the driver.').required(),
    readOnly: boolean(3, 'Whether it is mounted for reading only.'),
    fsType: string(4, 'The file system, such as `ext4`; by default the driver decides.'),
    volumeAttributes: map(5, string, 'What the driver wants to know of it.'),
    controllerPublishSecretRef: ref(6, SecretReference, 'Secret for attaching it.'),
    nodeStageSecretRef: ref(7, SecretReference, 'Secret for staging it.'),
    nodePublishSecretRef: ref(8, SecretReference, 'Secret for mounting it.'),
    controllerExpandSecretRef: ref(9, SecretReference, 'Secret for growing it.'),
    nodeExpandSecretRef: ref(10, SecretReference, 'Secret for growing it on the node.'),
  },
)
export interface CSIPersistentVolumeSource extends TypeOf<typeof CSIPersistentVolumeSource> {}

export const CephFSPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.CephFSPersistentVolumeSource',
  'A CephFS.',
  {
    monitors: list(1, string, 'Addresses of its monitors.').atomic().required(),
    path: string(2, 'Path in it; `/` by default.'),
    user: string(3, 'Name of the user.'),
    secretFile: string(4, 'File with the key.'),
    secretRef: ref(5, SecretReference, 'Secret with the credentials.'),
    readOnly: boolean(6, 'Whether it is mounted for reading only.'),
  },
)
export interface CephFSPersistentVolumeSource extends TypeOf<typeof CephFSPersistentVolumeSource> {}

export const CinderPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.CinderPersistentVolumeSource',
  'A volume of OpenStack.',
  {
    volumeID: string(1, 'Its identifier.').required(),
    fsType: string(2, 'The file system, such as `ext4`; by default the driver decides.'),
    readOnly: boolean(3, 'Whether it is mounted for reading only.'),
    secretRef: ref(4, SecretReference, 'Secret with the credentials.'),
  },
)
export interface CinderPersistentVolumeSource extends TypeOf<typeof CinderPersistentVolumeSource> {}

export const FlexPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.FlexPersistentVolumeSource',
  'A volume of a driver of the old kind.',
  {
    driver: string(1, 'Name of the driver, a host name.').required(),
    fsType: string(2, 'The file system, such as `ext4`; by default the driver decides.'),
    secretRef: ref(3, SecretReference, 'Secret with the credentials.'),
    readOnly: boolean(4, 'Whether it is mounted for reading only.'),
    options: map(5, string, 'Settings of the driver.'),
  },
)
export interface FlexPersistentVolumeSource extends TypeOf<typeof FlexPersistentVolumeSource> {}

export const GlusterfsPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.GlusterfsPersistentVolumeSource',
  'A volume of Gluster.',
  {
    endpoints: string(1, 'Endpoints with its addresses.').required(),
    path: string(2, 'Name of the volume.').required(),
    readOnly: boolean(3, 'Whether it is mounted for reading only.'),
    endpointsNamespace: string(4, 'Their namespace; that of the claim by default.').nullable(),
  },
)
export interface GlusterfsPersistentVolumeSource
  extends TypeOf<typeof GlusterfsPersistentVolumeSource> {}

export const ISCSIPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.ISCSIPersistentVolumeSource',
  'A disk over iSCSI.',
  {
    targetPortal: string(1, 'Address of the target.').required(),
    iqn: string(2, 'Name of the target.').required(),
    lun: int32(3, 'Number of the disk.').required(),
    iscsiInterface: string(4, 'Name of the interface.'),
    fsType: string(5, 'The file system, such as `ext4`; by default the driver decides.'),
    readOnly: boolean(6, 'Whether it is mounted for reading only.'),
    portals: list(7, string, 'Further portals.').atomic(),
    chapAuthDiscovery: boolean(8, 'CHAP for discovery.'),
    chapAuthSession: boolean(11, 'CHAP for the session.'),
    secretRef: ref(10, SecretReference, 'Secret with the credentials.'),
    initiatorName: string(12, 'Name of the initiator.').nullable(),
  },
)
export interface ISCSIPersistentVolumeSource extends TypeOf<typeof ISCSIPersistentVolumeSource> {}

export const LocalVolumeSource = struct(
  'io.k8s.api.core.v1.LocalVolumeSource',
  'A disk or folder of one node.',
  {
    path: string(1, 'Where it is on the node.').required(),
    fsType: string(2, 'The file system, such as `ext4`; by default the driver decides.').nullable(),
  },
)
export interface LocalVolumeSource extends TypeOf<typeof LocalVolumeSource> {}

export const RBDPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.RBDPersistentVolumeSource',
  'A block device of Ceph.',
  {
    monitors: list(1, string, 'Addresses of its monitors.').atomic().required(),
    image: string(2, 'Name of the image.').required(),
    fsType: string(3, 'The file system, such as `ext4`; by default the driver decides.'),
    pool: string(4, 'Name of the pool.'),
    user: string(5, 'Name of the user.'),
    keyring: string(6, 'File with the keys.'),
    secretRef: ref(7, SecretReference, 'Secret with the credentials.'),
    readOnly: boolean(8, 'Whether it is mounted for reading only.'),
  },
)
export interface RBDPersistentVolumeSource extends TypeOf<typeof RBDPersistentVolumeSource> {}

export const ScaleIOPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.ScaleIOPersistentVolumeSource',
  'A volume of ScaleIO.',
  {
    gateway: string(1, 'Address of the gateway.').required(),
    system: string(2, 'Name of the system.').required(),
    secretRef: ref(3, SecretReference, 'Secret with the credentials.').required(),
    sslEnabled: boolean(4, 'Whether TLS is used.'),
    protectionDomain: string(5, 'Name of the domain.'),
    storagePool: string(6, 'Name of the pool.'),
    storageMode: string(7, 'Thick or thin.'),
    volumeName: string(8, 'Name of the volume.'),
    fsType: string(9, 'The file system, such as `ext4`; by default the driver decides.'),
    readOnly: boolean(10, 'Whether it is mounted for reading only.'),
  },
)
export interface ScaleIOPersistentVolumeSource
  extends TypeOf<typeof ScaleIOPersistentVolumeSource> {}

export const StorageOSPersistentVolumeSource = struct(
  'io.k8s.api.core.v1.StorageOSPersistentVolumeSource',
  'A volume of StorageOS.',
  {
    volumeName: string(1, 'Name of the volume.'),
    volumeNamespace: string(2, 'Its namespace there.'),
    fsType: string(3, 'The file system, such as `ext4`; by default the driver decides.'),
    readOnly: boolean(4, 'Whether it is mounted for reading only.'),
    secretRef: ref(5, ObjectReference, 'Secret with the credentials.'),
  },
)
export interface StorageOSPersistentVolumeSource
  extends TypeOf<typeof StorageOSPersistentVolumeSource> {}
