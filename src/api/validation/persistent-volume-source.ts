import type { DeepReadonly } from '../../base/index.ts'
import type { PersistentVolumeSpec } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { validateCsiDriverName } from './domain-names.ts'
import { forbidden, goStrings, invalid, notSupported, required } from './field-errors.ts'
import { dns1123LabelErrors, rangeError } from './names.ts'
import { each } from './pod/common.ts'
import { noBackSteps } from './pod/paths.ts'

type Spec = DeepReadonly<PersistentVolumeSpec>

/** What a kind of source must have, beside what its own check finds. */
const NEEDS: Readonly<Record<string, readonly string[]>> = {
  hostPath: ['path'],
  gcePersistentDisk: ['pdName'],
  awsElasticBlockStore: ['volumeID'],
  glusterfs: ['endpoints', 'path'],
  nfs: ['server', 'path'],
  rbd: ['monitors', 'image'],
  quobyte: ['registry', 'volume'],
  cephfs: ['monitors'],
  iscsi: ['targetPortal', 'iqn'],
  cinder: ['volumeID'],
  fc: [],
  flexVolume: ['driver'],
  azureFile: ['secretName', 'shareName'],
  vsphereVolume: ['volumePath'],
  photonPersistentDisk: ['pdID'],
  portworxVolume: ['volumeID'],
  azureDisk: ['diskName', 'diskURI'],
  scaleIO: ['gateway', 'system', 'volumeName'],
  local: ['path'],
  storageos: [],
  csi: ['volumeHandle'],
  flocker: [],
}
const KINDS = Object.keys(NEEDS)

/** Exactly one kind of volume, and that one complete. */
export function validateVolumeSource(spec: Spec, path: string): FieldError[] {
  const found = KINDS.filter((kind) => Reflect.get(spec, kind) !== undefined)
  if (found.length === 0) return [required(path, 'must specify a volume type')]
  return found.flatMap((kind, i) => {
    const at = `${path}.${kind}`
    if (i > 0) return [forbidden(at, 'may not specify more than 1 volume type')]
    const source = new Map(Object.entries(Reflect.get(spec, kind) as object))
    const missing = (NEEDS[kind] ?? []).filter((field) => isEmpty(source.get(field)))
    return [
      ...missing.map((field) => required(`${at}.${field}`)),
      ...(CHECKS[kind]?.(spec, at) ?? []),
    ]
  })
}

const isEmpty = (value: unknown) =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0)

const LUN_RANGE = rangeError(0, 255)
const PARTITION_RANGE = rangeError(1, 255)
const HOST_PATH_TYPES = [
  '',
  'BlockDevice',
  'CharDevice',
  'Directory',
  'DirectoryOrCreate',
  'File',
  'FileOrCreate',
  'Socket',
]
const CACHING_MODES = ['None', 'ReadOnly', 'ReadWrite']
const DISK_KINDS = ['Dedicated', 'Managed', 'Shared']

/** Further checks by kind of source. */
const CHECKS: Readonly<Record<string, (spec: Spec, path: string) => FieldError[]>> = {
  hostPath({ hostPath }, path) {
    const { path: place = '', type } = hostPath ?? {}
    const errors = noBackSteps(place, `${path}.path`)
    if (type === undefined || HOST_PATH_TYPES.includes(type)) return errors
    return [...errors, notSupported(`${path}.type`, type, HOST_PATH_TYPES)]
  },
  gcePersistentDisk: ({ gcePersistentDisk }, path) =>
    validatePartition(gcePersistentDisk?.partition, path),
  awsElasticBlockStore: ({ awsElasticBlockStore }, path) =>
    validatePartition(awsElasticBlockStore?.partition, path),
  glusterfs({ glusterfs }, path) {
    const namespace = glusterfs?.endpointsNamespace
    if (namespace === undefined) return []
    const at = `${path}.endpointsNamespace`
    if (namespace === '') {
      const detail = 'if the endpointnamespace is set, it must be a valid namespace name'
      return [invalid(at, namespace, detail)]
    }
    return each(at, namespace, dns1123LabelErrors(namespace))
  },
  nfs({ nfs }, path) {
    const place = nfs?.path ?? ''
    if (place === '' || place.startsWith('/')) return []
    return [invalid(`${path}.path`, place, 'must be an absolute path')]
  },
  iscsi({ iscsi }, path) {
    if (!iscsi) return []
    const errors: FieldError[] = []
    if (iscsi.iqn && !/^(iqn|eui|naa)/.test(iscsi.iqn)) {
      errors.push(invalid(`${path}.iqn`, iscsi.iqn, 'must be valid format'))
    }
    return [...errors, ...validateLun(iscsi.lun, path)]
  },
  cinder: ({ cinder }, path) => validateSecretReference(cinder?.secretRef, `${path}.secretRef`),
  fc({ fc }, path) {
    const { targetWWNs = [], wwids = [], lun } = fc ?? {}
    if (targetWWNs.length === 0 && wwids.length === 0) {
      const detail = 'must specify either targetWWNs or wwids, but not both'
      return [required(`${path}.targetWWNs`, detail)]
    }
    if (targetWWNs.length > 0 && wwids.length > 0) {
      const detail = 'targetWWNs and wwids can not be specified simultaneously'
      return [invalid(`${path}.targetWWNs`, goStrings(targetWWNs), detail)]
    }
    if (targetWWNs.length === 0) return []
    if (lun !== undefined) return validateLun(lun, path)
    return [required(`${path}.lun`, 'lun is required if targetWWNs is specified')]
  },
  azureFile({ azureFile }, path) {
    if (azureFile?.secretNamespace !== '') return []
    return [required(`${path}.secretNamespace`)]
  },
  azureDisk({ azureDisk }, path) {
    const { cachingMode, kind } = azureDisk ?? {}
    const errors: FieldError[] = []
    if (cachingMode !== undefined && !CACHING_MODES.includes(cachingMode)) {
      errors.push(notSupported(`${path}.cachingMode`, cachingMode, CACHING_MODES))
    }
    if (kind !== undefined && !DISK_KINDS.includes(kind)) {
      errors.push(notSupported(`${path}.kind`, kind, DISK_KINDS))
    }
    return errors
  },
  local({ local, nodeAffinity }, path) {
    const errors = noBackSteps(local?.path ?? '', `${path}.path`)
    if (nodeAffinity) return errors
    return [...errors, required('metadata.annotations', 'Local volume requires node affinity')]
  },
  csi({ csi }, path) {
    if (!csi) return []
    const secrets = [
      'controllerPublishSecretRef',
      'nodePublishSecretRef',
      'controllerExpandSecretRef',
      'nodeExpandSecretRef',
      'nodeStageSecretRef',
    ] as const
    return [
      ...validateCsiDriverName(`${path}.driver`, csi.driver ?? ''),
      ...secrets.flatMap((name) => validateSecretReference(csi[name], `${path}.${name}`)),
    ]
  },
}

function validatePartition(partition: number | undefined, path: string): FieldError[] {
  if (partition === undefined || (partition >= 0 && partition <= 255)) return []
  return [invalid(`${path}.partition`, partition, PARTITION_RANGE)]
}

function validateLun(lun: number | undefined, path: string): FieldError[] {
  if (lun === undefined || (lun >= 0 && lun <= 255)) return []
  return [invalid(`${path}.lun`, lun, LUN_RANGE)]
}

function validateSecretReference(
  reference: { readonly name?: string; readonly namespace?: string } | undefined,
  path: string,
): FieldError[] {
  if (!reference) return []
  const fields = ['name', 'namespace'] as const
  return fields.filter((field) => !reference[field]).map((field) => required(`${path}.${field}`))
}
