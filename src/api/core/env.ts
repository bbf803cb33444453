import { boolean, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ConfigMapKeySelector = struct(
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  '',
  {
    key: string(2).required(),
    name: string(1).inlinedAt(1),
    optional: boolean(3).nullable(),
  },
  { mapType: 'atomic' },
)
export interface ConfigMapKeySelector extends TypeOf<typeof ConfigMapKeySelector> {}

export const ObjectFieldSelector = struct(
  'io.k8s.api.core.v1.ObjectFieldSelector',
  '',
  {
    apiVersion: string(1),
    fieldPath: string(2).required(),
  },
  { mapType: 'atomic' },
)
export interface ObjectFieldSelector extends TypeOf<typeof ObjectFieldSelector> {}

export const FileKeySelector = struct(
  'io.k8s.api.core.v1.FileKeySelector',
  '',
  {
    key: string(3).required(),
    optional: boolean(4).nullable(),
    path: string(2).required(),
    volumeName: string(1).required(),
  },
  { mapType: 'atomic' },
)
export interface FileKeySelector extends TypeOf<typeof FileKeySelector> {}

export const ResourceFieldSelector = struct(
  'io.k8s.api.core.v1.ResourceFieldSelector',
  '',
  {
    containerName: string(1),
    divisor: quantity(3).written(),
    resource: string(2).required(),
  },
  { mapType: 'atomic' },
)
export interface ResourceFieldSelector extends TypeOf<typeof ResourceFieldSelector> {}

export const SecretKeySelector = struct(
  'io.k8s.api.core.v1.SecretKeySelector',
  '',
  {
    key: string(2).required(),
    name: string(1).inlinedAt(1),
    optional: boolean(3).nullable(),
  },
  { mapType: 'atomic' },
)
export interface SecretKeySelector extends TypeOf<typeof SecretKeySelector> {}

export const EnvVarSource = struct('io.k8s.api.core.v1.EnvVarSource', '', {
  configMapKeyRef: ref(3, ConfigMapKeySelector),
  fieldRef: ref(1, ObjectFieldSelector),
  fileKeyRef: ref(5, FileKeySelector),
  resourceFieldRef: ref(2, ResourceFieldSelector),
  secretKeyRef: ref(4, SecretKeySelector),
})
export interface EnvVarSource extends TypeOf<typeof EnvVarSource> {}

export const EnvVar = struct('io.k8s.api.core.v1.EnvVar', '', {
  name: string(1).required(),
  value: string(2),
  valueFrom: ref(3, EnvVarSource),
})
export interface EnvVar extends TypeOf<typeof EnvVar> {}

export const ConfigMapEnvSource = struct('io.k8s.api.core.v1.ConfigMapEnvSource', '', {
  name: string(1).inlinedAt(1),
  optional: boolean(2).nullable(),
})
export interface ConfigMapEnvSource extends TypeOf<typeof ConfigMapEnvSource> {}

export const SecretEnvSource = struct('io.k8s.api.core.v1.SecretEnvSource', '', {
  name: string(1).inlinedAt(1),
  optional: boolean(2).nullable(),
})
export interface SecretEnvSource extends TypeOf<typeof SecretEnvSource> {}

export const EnvFromSource = struct('io.k8s.api.core.v1.EnvFromSource', '', {
  configMapRef: ref(2, ConfigMapEnvSource),
  prefix: string(1),
  secretRef: ref(3, SecretEnvSource),
})
export interface EnvFromSource extends TypeOf<typeof EnvFromSource> {}
