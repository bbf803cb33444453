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

export const KeyToPath = struct('io.k8s.api.core.v1.KeyToPath', 'An entry as a file.', {
  key: string(1, 'Key of the entry.').required(),
  path: string(2, 'File, relative to the volume; not absolute, without `..`.').required(),
  mode: int32(3, 'Permissions of the file; those of the volume if absent.').nullable(),
})
export interface KeyToPath extends TypeOf<typeof KeyToPath> {}

export const DownwardAPIVolumeFile = struct(
  'io.k8s.api.core.v1.DownwardAPIVolumeFile',
  'A fact about the pod as a file.',
  {
    path: string(1, 'File, relative to the volume.').required(),
    fieldRef: ref(2, ObjectFieldSelector, 'A field of the pod.'),
    resourceFieldRef: ref(3, ResourceFieldSelector, 'A limit or request of a container.'),
    mode: int32(4, 'Permissions of the file; those of the volume if absent.').nullable(),
  },
)
export interface DownwardAPIVolumeFile extends TypeOf<typeof DownwardAPIVolumeFile> {}

export const ClusterTrustBundleProjection = struct(
  'io.k8s.api.core.v1.ClusterTrustBundleProjection',
  'Certificates of authorities to trust, as a file.',
  {
    name: string(1, 'One bundle by its name.').nullable(),
    signerName: string(2, 'All bundles of this signer.').nullable(),
    labelSelector: ref(3, LabelSelector, "Which bundles, together with a signer's name."),
    optional: boolean(5, 'If true, what is missing is no fault.').nullable(),
    path: string(4, 'File, relative to the volume, to write.').required(),
  },
)
export interface ClusterTrustBundleProjection extends TypeOf<typeof ClusterTrustBundleProjection> {}

export const ConfigMapProjection = struct(
  'io.k8s.api.core.v1.ConfigMapProjection',
  'Entries of a ConfigMap as files of a projected volume.',
  {
    name: string(1, 'Name of the ConfigMap.').inlinedAt(1),
    items: list(
      2,
      KeyToPath,
      'Which keys become which files; all keys, under their own names, if empty.',
    ).atomic(),
    optional: boolean(4, 'If true, what is missing is no fault.').nullable(),
  },
)
export interface ConfigMapProjection extends TypeOf<typeof ConfigMapProjection> {}

export const DownwardAPIProjection = struct(
  'io.k8s.api.core.v1.DownwardAPIProjection',
  'Facts about the pod as files of a projected volume.',
  {
    items: list(1, DownwardAPIVolumeFile, 'The files.').atomic(),
  },
)
export interface DownwardAPIProjection extends TypeOf<typeof DownwardAPIProjection> {}

export const PodCertificateProjection = struct(
  'io.k8s.api.core.v1.PodCertificateProjection',
  'A key and certificate for the pod, as files.',
  {
    signerName: string(1, 'Who signs it.').required(),
    keyType: string(2, 'Kind of key, such as `ED25519`.').required(),
    maxExpirationSeconds: int32(3, 'How long the certificate may be valid at most.').nullable(),
    credentialBundlePath: string(4, 'File for key and certificates together.'),
    keyPath: string(5, 'File for the key.'),
    certificateChainPath: string(6, 'File for the certificates.'),
    userAnnotations: map(7, string, 'Notes for the signer.'),
  },
)
export interface PodCertificateProjection extends TypeOf<typeof PodCertificateProjection> {}

export const SecretProjection = struct(
  'io.k8s.api.core.v1.SecretProjection',
  'Entries of a Secret as files of a projected volume.',
  {
    name: string(1, 'Name of the Secret.').inlinedAt(1),
    items: list(
      2,
      KeyToPath,
      'Which keys become which files; all keys, under their own names, if empty.',
    ).atomic(),
    optional: boolean(4, 'If true, what is missing is no fault.').nullable(),
  },
)
export interface SecretProjection extends TypeOf<typeof SecretProjection> {}

export const ServiceAccountTokenProjection = struct(
  'io.k8s.api.core.v1.ServiceAccountTokenProjection',
  "A token of the pod's account, as a file.",
  {
    audience: string(1, 'For whom the token is; the API by default.'),
    expirationSeconds: int64(
      2,
      'How long the token is valid; one hour by default, ten minutes at least.',
    ).nullable(),
    path: string(3, 'File, relative to the volume.').required(),
  },
)
export interface ServiceAccountTokenProjection
  extends TypeOf<typeof ServiceAccountTokenProjection> {}

export const VolumeProjection = struct(
  'io.k8s.api.core.v1.VolumeProjection',
  'One source of a projected volume.',
  {
    secret: ref(1, SecretProjection, 'Entries of a Secret.'),
    downwardAPI: ref(2, DownwardAPIProjection, 'Facts about the pod.'),
    configMap: ref(3, ConfigMapProjection, 'Entries of a ConfigMap.'),
    serviceAccountToken: ref(4, ServiceAccountTokenProjection, "A token of the pod's account."),
    clusterTrustBundle: ref(
      5,
      ClusterTrustBundleProjection,
      'Certificates of authorities to trust.',
    ),
    podCertificate: ref(6, PodCertificateProjection, 'A key and certificate for the pod.'),
  },
)
export interface VolumeProjection extends TypeOf<typeof VolumeProjection> {}

export const ProjectedVolumeSource = struct(
  'io.k8s.api.core.v1.ProjectedVolumeSource',
  'Files from several sources in one directory.',
  {
    sources: list(1, VolumeProjection, 'The sources.').atomic().written(),
    defaultMode: int32(
      2,
      'Permissions of the files that name none of their own, 0 to 0777; 0644 by default.',
    ).nullable(),
  },
)
export interface ProjectedVolumeSource extends TypeOf<typeof ProjectedVolumeSource> {}
