import { ObjectMeta } from '../meta/index.ts'
import { NodeSelector } from './affinity.ts'
import {
  AzureFilePersistentVolumeSource,
  CSIPersistentVolumeSource,
  CephFSPersistentVolumeSource,
  CinderPersistentVolumeSource,
  FlexPersistentVolumeSource,
  GlusterfsPersistentVolumeSource,
  ISCSIPersistentVolumeSource,
  LocalVolumeSource,
  RBDPersistentVolumeSource,
  ScaleIOPersistentVolumeSource,
  StorageOSPersistentVolumeSource,
} from './persistent-volume-source.ts'
import { ObjectReference } from './reference.ts'
import {
  AWSElasticBlockStoreVolumeSource,
  AzureDiskVolumeSource,
  FCVolumeSource,
  FlockerVolumeSource,
  GCEPersistentDiskVolumeSource,
  NFSVolumeSource,
  PhotonPersistentDiskVolumeSource,
  PortworxVolumeSource,
  QuobyteVolumeSource,
  VsphereVirtualDiskVolumeSource,
} from './volume-legacy.ts'
import { HostPathVolumeSource } from './volume.ts'
import { list, map, quantity, ref, string, struct, time, type TypeOf } from '../schema/index.ts'

export const VolumeNodeAffinity = struct(
  'io.k8s.api.core.v1.VolumeNodeAffinity',
  'Nodes from which a volume is reached.',
  {
    required: ref(1, NodeSelector, 'They must be of these.'),
  },
)
export interface VolumeNodeAffinity extends TypeOf<typeof VolumeNodeAffinity> {}

export const PersistentVolumeSpec = struct(
  'io.k8s.api.core.v1.PersistentVolumeSpec',
  'What a volume is.',
  {
    capacity: map(1, quantity, 'How much it holds.'),
    gcePersistentDisk: ref(1, GCEPersistentDiskVolumeSource, "A disk of Google's.").inlinedAt(2),
    awsElasticBlockStore: ref(2, AWSElasticBlockStoreVolumeSource, 'A disk of AWS.').inlinedAt(2),
    hostPath: ref(3, HostPathVolumeSource, 'A folder of the node; for tests.').inlinedAt(2),
    glusterfs: ref(4, GlusterfsPersistentVolumeSource, 'A volume of Gluster.').inlinedAt(2),
    nfs: ref(5, NFSVolumeSource, 'A folder over NFS.').inlinedAt(2),
    rbd: ref(6, RBDPersistentVolumeSource, 'A block device of Ceph.').inlinedAt(2),
    iscsi: ref(7, ISCSIPersistentVolumeSource, 'A disk over iSCSI.').inlinedAt(2),
    cinder: ref(8, CinderPersistentVolumeSource, 'A volume of OpenStack.').inlinedAt(2),
    cephfs: ref(9, CephFSPersistentVolumeSource, 'A CephFS.').inlinedAt(2),
    fc: ref(10, FCVolumeSource, 'A disk over Fibre Channel.').inlinedAt(2),
    flocker: ref(11, FlockerVolumeSource, 'A volume of Flocker.').inlinedAt(2),
    flexVolume: ref(
      12,
      FlexPersistentVolumeSource,
      'A volume of a driver of the old kind.',
    ).inlinedAt(2),
    azureFile: ref(13, AzureFilePersistentVolumeSource, 'A share of Azure.').inlinedAt(2),
    vsphereVolume: ref(14, VsphereVirtualDiskVolumeSource, 'A disk of vSphere.').inlinedAt(2),
    quobyte: ref(15, QuobyteVolumeSource, 'A volume of Quobyte.').inlinedAt(2),
    azureDisk: ref(16, AzureDiskVolumeSource, 'A disk of Azure.').inlinedAt(2),
    photonPersistentDisk: ref(17, PhotonPersistentDiskVolumeSource, 'A disk of Photon.').inlinedAt(
      2,
    ),
    portworxVolume: ref(18, PortworxVolumeSource, 'A volume of Portworx.').inlinedAt(2),
    scaleIO: ref(19, ScaleIOPersistentVolumeSource, 'A volume of ScaleIO.').inlinedAt(2),
    local: ref(20, LocalVolumeSource, 'A disk or folder of one node.').inlinedAt(2),
    storageos: ref(21, StorageOSPersistentVolumeSource, 'A volume of StorageOS.').inlinedAt(2),
    csi: ref(22, CSIPersistentVolumeSource, 'A volume of a CSI driver.').inlinedAt(2),
    accessModes: list(3, string, 'How it can be mounted.')
      .atomic()
      .named('v1.PersistentVolumeAccessMode'),
    claimRef: ref(4, ObjectReference, 'The claim that has it.').granularMap(),
    persistentVolumeReclaimPolicy: string(
      5,
      'When it is released: `Retain`, `Delete` or `Recycle`.',
    ).named('v1.PersistentVolumeReclaimPolicy'),
    storageClassName: string(6, 'Name of its class.'),
    mountOptions: list(7, string, 'Options for mounting, not checked.').atomic(),
    volumeMode: string(8, '`Filesystem` or `Block`.').named('v1.PersistentVolumeMode').nullable(),
    nodeAffinity: ref(9, VolumeNodeAffinity, 'Nodes from which it is reached.'),
    volumeAttributesClassName: string(10, 'Class of its attributes.').nullable(),
  },
)
export interface PersistentVolumeSpec extends TypeOf<typeof PersistentVolumeSpec> {}

export const PersistentVolumeStatus = struct(
  'io.k8s.api.core.v1.PersistentVolumeStatus',
  'What became of a volume.',
  {
    phase: string(1, '`Available`, `Bound`, `Released`, `Failed` or `Pending`.').named(
      'v1.PersistentVolumePhase',
    ),
    message: string(2, 'What happened, for people.'),
    reason: string(3, 'Why, in one CamelCase word, for programs.'),
    lastPhaseTransitionTime: time(4, 'When the phase changed last.').nullable(),
  },
)
export interface PersistentVolumeStatus extends TypeOf<typeof PersistentVolumeStatus> {}

export const PersistentVolume = struct(
  'io.k8s.api.core.v1.PersistentVolume',
  'A piece of storage, for a claim to have.',
  {
    kind: string(0, 'Name of the type, in CamelCase.'),
    apiVersion: string(0, 'Group and version of the API in which the object is written.'),
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, PersistentVolumeSpec, 'What is wanted.').always(),
    status: ref(3, PersistentVolumeStatus, 'What is.').always(),
  },
)
export interface PersistentVolume extends TypeOf<typeof PersistentVolume> {}
