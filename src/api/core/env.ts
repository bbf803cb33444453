import { boolean, quantity, ref, string, struct, type TypeOf } from '../schema/index.ts'

export const ConfigMapKeySelector = struct(
  'io.k8s.api.core.v1.ConfigMapKeySelector',
  'One entry of a ConfigMap.',
  {
    name: string(1, 'Name of the ConfigMap.').inlinedAt(1),
    key: string(2, 'Key of the entry.').required(),
    optional: boolean(3, 'If true, what is missing is no fault.').nullable(),
  },
  { mapType: 'atomic' },
)
export interface ConfigMapKeySelector extends TypeOf<typeof ConfigMapKeySelector> {}

export const ObjectFieldSelector = struct(
  'io.k8s.api.core.v1.ObjectFieldSelector',
  'A field of the pod itself.',
  {
    apiVersion: string(1, 'Version in which the field is named; `v1` by default.'),
    fieldPath: string(2, 'The field, such as `metadata.name` or `status.podIP`.').required(),
  },
  { mapType: 'atomic' },
)
export interface ObjectFieldSelector extends TypeOf<typeof ObjectFieldSelector> {}

export const FileKeySelector = struct(
  'io.k8s.api.core.v1.FileKeySelector',
  'An entry of a file in a volume.',
  {
    volumeName: string(1, 'Name of the volume.').required(),
    path: string(2, 'File, relative to the volume.').required(),
    key: string(3, 'Key of the entry.').required(),
    optional: boolean(4, 'If true, a missing file or entry is no fault.').nullable(),
  },
  { mapType: 'atomic' },
)
export interface FileKeySelector extends TypeOf<typeof FileKeySelector> {}

export const ResourceFieldSelector = struct(
  'io.k8s.api.core.v1.ResourceFieldSelector',
  'A limit or request of a container.',
  {
    containerName: string(1, 'The container; needed in volumes.'),
    resource: string(2, 'Which, such as `limits.cpu`.').required(),
    divisor: quantity(3, 'In which unit it is told; 1 by default.').written(),
  },
  { mapType: 'atomic' },
)
export interface ResourceFieldSelector extends TypeOf<typeof ResourceFieldSelector> {}

export const SecretKeySelector = struct(
  'io.k8s.api.core.v1.SecretKeySelector',
  'One entry of a Secret.',
  {
    name: string(1, 'Name of the Secret.').inlinedAt(1),
    key: string(2, 'Key of the entry.').required(),
    optional: boolean(3, 'If true, what is missing is no fault.').nullable(),
  },
  { mapType: 'atomic' },
)
export interface SecretKeySelector extends TypeOf<typeof SecretKeySelector> {}

export const EnvVarSource = struct(
  'io.k8s.api.core.v1.EnvVarSource',
  'Where the value of a variable comes from: one of these.',
  {
    fieldRef: ref(1, ObjectFieldSelector, 'A field of the pod.'),
    resourceFieldRef: ref(2, ResourceFieldSelector, 'A limit or request of a container.'),
    configMapKeyRef: ref(3, ConfigMapKeySelector, 'An entry of a ConfigMap.'),
    secretKeyRef: ref(4, SecretKeySelector, 'An entry of a Secret.'),
    fileKeyRef: ref(5, FileKeySelector, 'An entry of a file in a volume.'),
  },
)
export interface EnvVarSource extends TypeOf<typeof EnvVarSource> {}

export const EnvVar = struct('io.k8s.api.core.v1.EnvVar', 'An environment variable.', {
  name: string(1, 'Name of the variable.').required(),
  value: string(2, 'Its value; `$(NAME)` stands for a variable before it.'),
  valueFrom: ref(3, EnvVarSource, 'Where its value comes from, if not from `value`.'),
})
export interface EnvVar extends TypeOf<typeof EnvVar> {}

export const ConfigMapEnvSource = struct(
  'io.k8s.api.core.v1.ConfigMapEnvSource',
  'A ConfigMap whose entries become environment variables.',
  {
    name: string(1, 'Name of the ConfigMap.').inlinedAt(1),
    optional: boolean(2, 'If true, what is missing is no fault.').nullable(),
  },
)
export interface ConfigMapEnvSource extends TypeOf<typeof ConfigMapEnvSource> {}

export const SecretEnvSource = struct(
  'io.k8s.api.core.v1.SecretEnvSource',
  'A Secret whose entries become environment variables.',
  {
    name: string(1, 'Name of the Secret.').inlinedAt(1),
    optional: boolean(2, 'If true, what is missing is no fault.').nullable(),
  },
)
export interface SecretEnvSource extends TypeOf<typeof SecretEnvSource> {}

export const EnvFromSource = struct(
  'io.k8s.api.core.v1.EnvFromSource',
  'A source whose entries all become environment variables.',
  {
    prefix: string(1, 'What is put before every name.'),
    configMapRef: ref(2, ConfigMapEnvSource, 'A ConfigMap.'),
    secretRef: ref(3, SecretEnvSource, 'A Secret.'),
  },
)
export interface EnvFromSource extends TypeOf<typeof EnvFromSource> {}
