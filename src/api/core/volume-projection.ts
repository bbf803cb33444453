import {
  boolean,
  int32,
  int64,
  list,
  map,
  ref,
  string,
  struct,
  type TypeOf,
} from '../schema/index.ts'
import { ObjectFieldSelector, ResourceFieldSelector } from './env.ts'
import { LabelSelector } from '../meta/index.ts'

export const KeyToPath = struct('io.k8s.api.core.v1.KeyToPath', '', {
  key: string(1).required(),
  mode: int32(3).nullable(),
  path: string(2).required(),
})
export interface KeyToPath extends TypeOf<typeof KeyToPath> {}

export const DownwardAPIVolumeFile = struct('io.k8s.api.core.v1.DownwardAPIVolumeFile', '', {
  fieldRef: ref(2, ObjectFieldSelector),
  mode: int32(4).nullable(),
  path: string(1).required(),
  resourceFieldRef: ref(3, ResourceFieldSelector),
})
export interface DownwardAPIVolumeFile extends TypeOf<typeof DownwardAPIVolumeFile> {}

export const ClusterTrustBundleProjection = struct(
  'io.k8s.api.core.v1.ClusterTrustBundleProjection',
  '',
  {
    labelSelector: ref(3, LabelSelector),
    name: string(1).nullable(),
    optional: boolean(5).nullable(),
    path: string(4).required(),
    signerName: string(2).nullable(),
  },
)
export interface ClusterTrustBundleProjection extends TypeOf<typeof ClusterTrustBundleProjection> {}

export const ConfigMapProjection = struct('io.k8s.api.core.v1.ConfigMapProjection', '', {
  items: list(2, KeyToPath).atomic(),
  name: string(1).inlinedAt(1),
  optional: boolean(4).nullable(),
})
export interface ConfigMapProjection extends TypeOf<typeof ConfigMapProjection> {}

export const DownwardAPIProjection = struct('io.k8s.api.core.v1.DownwardAPIProjection', '', {
  items: list(1, DownwardAPIVolumeFile).atomic(),
})
export interface DownwardAPIProjection extends TypeOf<typeof DownwardAPIProjection> {}

export const PodCertificateProjection = struct('io.k8s.api.core.v1.PodCertificateProjection', '', {
  certificateChainPath: string(6),
  credentialBundlePath: string(4),
  keyPath: string(5),
  keyType: string(2).required(),
  maxExpirationSeconds: int32(3).nullable(),
  signerName: string(1).required(),
  userAnnotations: map(7, string),
})
export interface PodCertificateProjection extends TypeOf<typeof PodCertificateProjection> {}

export const SecretProjection = struct('io.k8s.api.core.v1.SecretProjection', '', {
  items: list(2, KeyToPath).atomic(),
  name: string(1).inlinedAt(1),
  optional: boolean(4).nullable(),
})
export interface SecretProjection extends TypeOf<typeof SecretProjection> {}

export const ServiceAccountTokenProjection = struct(
  'io.k8s.api.core.v1.ServiceAccountTokenProjection',
  '',
  {
    audience: string(1),
    expirationSeconds: int64(2).nullable(),
    path: string(3).required(),
  },
)
export interface ServiceAccountTokenProjection
  extends TypeOf<typeof ServiceAccountTokenProjection> {}

export const VolumeProjection = struct('io.k8s.api.core.v1.VolumeProjection', '', {
  clusterTrustBundle: ref(5, ClusterTrustBundleProjection),
  configMap: ref(3, ConfigMapProjection),
  downwardAPI: ref(2, DownwardAPIProjection),
  podCertificate: ref(6, PodCertificateProjection),
  secret: ref(1, SecretProjection),
  serviceAccountToken: ref(4, ServiceAccountTokenProjection),
})
export interface VolumeProjection extends TypeOf<typeof VolumeProjection> {}

export const ProjectedVolumeSource = struct('io.k8s.api.core.v1.ProjectedVolumeSource', '', {
  defaultMode: int32(2).nullable(),
  sources: list(1, VolumeProjection).atomic().written(),
})
export interface ProjectedVolumeSource extends TypeOf<typeof ProjectedVolumeSource> {}
