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

export const VolumeNodeAffinity = struct('io.k8s.api.core.v1.VolumeNodeAffinity', '', {
  required: ref(1, NodeSelector),
})
export interface VolumeNodeAffinity extends TypeOf<typeof VolumeNodeAffinity> {}

export const PersistentVolumeSpec = struct('io.k8s.api.core.v1.PersistentVolumeSpec', '', {
  accessModes: list(3, string).atomic().named('v1.PersistentVolumeAccessMode'),
  awsElasticBlockStore: ref(2, AWSElasticBlockStoreVolumeSource).inlinedAt(2),
  azureDisk: ref(16, AzureDiskVolumeSource).inlinedAt(2),
  azureFile: ref(13, AzureFilePersistentVolumeSource).inlinedAt(2),
  capacity: map(1, quantity),
  cephfs: ref(9, CephFSPersistentVolumeSource).inlinedAt(2),
  cinder: ref(8, CinderPersistentVolumeSource).inlinedAt(2),
  claimRef: ref(4, ObjectReference).granularMap(),
  csi: ref(22, CSIPersistentVolumeSource).inlinedAt(2),
  fc: ref(10, FCVolumeSource).inlinedAt(2),
  flexVolume: ref(12, FlexPersistentVolumeSource).inlinedAt(2),
  flocker: ref(11, FlockerVolumeSource).inlinedAt(2),
  gcePersistentDisk: ref(1, GCEPersistentDiskVolumeSource).inlinedAt(2),
  glusterfs: ref(4, GlusterfsPersistentVolumeSource).inlinedAt(2),
  hostPath: ref(3, HostPathVolumeSource).inlinedAt(2),
  iscsi: ref(7, ISCSIPersistentVolumeSource).inlinedAt(2),
  local: ref(20, LocalVolumeSource).inlinedAt(2),
  mountOptions: list(7, string).atomic(),
  nfs: ref(5, NFSVolumeSource).inlinedAt(2),
  nodeAffinity: ref(9, VolumeNodeAffinity),
  persistentVolumeReclaimPolicy: string(5).named('v1.PersistentVolumeReclaimPolicy'),
  photonPersistentDisk: ref(17, PhotonPersistentDiskVolumeSource).inlinedAt(2),
  portworxVolume: ref(18, PortworxVolumeSource).inlinedAt(2),
  quobyte: ref(15, QuobyteVolumeSource).inlinedAt(2),
  rbd: ref(6, RBDPersistentVolumeSource).inlinedAt(2),
  scaleIO: ref(19, ScaleIOPersistentVolumeSource).inlinedAt(2),
  storageClassName: string(6),
  storageos: ref(21, StorageOSPersistentVolumeSource).inlinedAt(2),
  volumeAttributesClassName: string(10).nullable(),
  volumeMode: string(8).named('v1.PersistentVolumeMode').nullable(),
  vsphereVolume: ref(14, VsphereVirtualDiskVolumeSource).inlinedAt(2),
})
export interface PersistentVolumeSpec extends TypeOf<typeof PersistentVolumeSpec> {}

export const PersistentVolumeStatus = struct('io.k8s.api.core.v1.PersistentVolumeStatus', '', {
  lastPhaseTransitionTime: time(4).nullable(),
  message: string(2),
  phase: string(1).named('v1.PersistentVolumePhase'),
  reason: string(3),
})
export interface PersistentVolumeStatus extends TypeOf<typeof PersistentVolumeStatus> {}

export const PersistentVolume = struct('io.k8s.api.core.v1.PersistentVolume', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, PersistentVolumeSpec).always(),
  status: ref(3, PersistentVolumeStatus).always(),
})
export interface PersistentVolume extends TypeOf<typeof PersistentVolume> {}
