import type { DeepReadonly } from '../../base/index.ts'
import type { PersistentVolumeSpec, Volume } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { FCVolumeSource } from '../core/index.ts'
import { validateCsiDriverName } from './domain-names.ts'
import { invalid, notSupported, required } from './field-errors.ts'
import { goFieldText } from './go-text.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, rangeError } from './names.ts'
import { each } from './pod/common.ts'
import { noBackSteps, validateLocalPath } from './pod/paths.ts'

/** The kinds of source that both volumes of pods and PersistentVolumes have. */
export type Sources = {
  readonly [K in Kind]?: DeepReadonly<Part<Volume, K> & Part<PersistentVolumeSpec, K>> | undefined
}
type Kind = Exclude<keyof Volume | keyof PersistentVolumeSpec, NoSource>
type NoSource =
  | 'name'
  | 'accessModes'
  | 'capacity'
  | 'claimRef'
  | 'mountOptions'
  | 'nodeAffinity'
  | 'persistentVolumeReclaimPolicy'
  | 'storageClassName'
  | 'volumeAttributesClassName'
  | 'volumeMode'
type Part<T, K> = K extends keyof T ? Partial<NonNullable<T[K]>> : unknown

interface Reference {
  readonly name?: string
  readonly namespace?: string
}

/** Whose source it is: of a volume in a pod, or of a PersistentVolume of this name. */
export interface SourceOf {
  readonly persistent: boolean
  readonly name: string
}

type Check = (sources: Sources, path: string, of: SourceOf) => FieldError[]

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
const MANAGED_URI =
  '/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}'
const BLOB_URI = 'https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd'
const PAIRS = 'must be a host:port pair or multiple pairs separated by commas'
const FORMAT = 'must be valid format'
const TOO_LONG =
  'Total length of <volume name>:<iscsi.targetPortal> must be under 64 characters ' +
  'if iscsi.initiatorName is specified.'
const ISCSI_NAMES = [
  /iqn\.\d{4}-\d{2}\.[a-zA-Z0-9\-.]+:[^,;*&$|\s]+$/,
  /^eui.[a-zA-Z0-9]{16}$/,
  /^naa.[a-zA-Z0-9]{32}$/,
]

/** What each kind of source must have and may say, in upstream's words. */
export const SOURCE_CHECKS: Readonly<Record<string, Check>> = {
  hostPath({ hostPath }, path) {
    const { path: place = '', type } = hostPath ?? {}
    if (place === '') return [required(`${path}.path`)]
    const errors = noBackSteps(place, `${path}.path`)
    if (type === undefined || HOST_PATH_TYPES.includes(type)) return errors
    return [...errors, notSupported(`${path}.type`, type, HOST_PATH_TYPES)]
  },
  gitRepo: ({ gitRepo }, path) => [
    ...needs(gitRepo, path, 'repository'),
    ...validateLocalPath(gitRepo?.directory ?? '', `${path}.directory`),
  ],
  gcePersistentDisk({ gcePersistentDisk: disk }, path) {
    const at = path.replace(/gcePersistentDisk$/, 'persistentDisk')
    return [...needs(disk, at, 'pdName'), ...validatePartition(disk?.partition, at)]
  },
  awsElasticBlockStore: ({ awsElasticBlockStore: disk }, path) => [
    ...needs(disk, path, 'volumeID'),
    ...validatePartition(disk?.partition, path),
  ],
  nfs({ nfs }, path) {
    const errors = needs(nfs, path, 'server', 'path')
    if (nfs?.path?.startsWith('/')) return errors
    return [...errors, invalid(`${path}.path`, nfs?.path ?? '', 'must be an absolute path')]
  },
  iscsi: validateIscsi,
  glusterfs({ glusterfs }, path) {
    const errors = needs(glusterfs, path, 'endpoints', 'path')
    const namespace = glusterfs?.endpointsNamespace
    if (namespace === undefined) return errors
    const at = `${path}.endpointsNamespace`
    if (namespace === '') {
      const detail = 'if the endpointnamespace is set, it must be a valid namespace name'
      return [...errors, invalid(at, namespace, detail)]
    }
    return [...errors, ...each(at, namespace, dns1123LabelErrors(namespace))]
  },
  flocker({ flocker }, path) {
    const { datasetName = '', datasetUUID = '' } = flocker ?? {}
    const errors: FieldError[] = []
    if (datasetName === '' && datasetUUID === '') {
      errors.push(required(path, 'one of datasetName and datasetUUID is required'))
    }
    if (datasetName !== '' && datasetUUID !== '') {
      const detail = 'datasetName and datasetUUID can not be specified simultaneously'
      errors.push(invalid(path, 'resource', detail))
    }
    if (datasetName.includes('/')) {
      errors.push(invalid(`${path}.datasetName`, datasetName, "must not contain '/'"))
    }
    return errors
  },
  rbd: ({ rbd }, path) => needs(rbd, path, 'monitors', 'image'),
  cinder: ({ cinder }, path, { persistent }) => [
    ...needs(cinder, path, 'volumeID'),
    ...validateReference(cinder?.secretRef, `${path}.secretRef`, persistent),
  ],
  cephfs: ({ cephfs }, path) => needs(cephfs, path, 'monitors'),
  quobyte({ quobyte }, path) {
    const { registry = '', tenant = '' } = quobyte ?? {}
    const errors: FieldError[] = []
    if (registry === '') errors.push(required(`${path}.registry`, PAIRS))
    else if (tenant.length >= 65) {
      const detail = 'must be a UUID and may not exceed a length of 64 characters'
      errors.push(required(`${path}.tenant`, detail))
    } else {
      const wrong = registry.split(',').filter((pair) => !isHostPort(pair))
      errors.push(...wrong.map(() => invalid(`${path}.registry`, registry, PAIRS)))
    }
    return [...errors, ...needs(quobyte, path, 'volume')]
  },
  fc({ fc }, path) {
    const { targetWWNs = [], wwids = [], lun } = fc ?? {}
    const errors: FieldError[] = []
    if (targetWWNs.length === 0 && wwids.length === 0) {
      const detail = 'must specify either targetWWNs or wwids, but not both'
      errors.push(required(`${path}.targetWWNs`, detail))
    }
    if (targetWWNs.length > 0 && wwids.length > 0) {
      const detail = 'targetWWNs and wwids can not be specified simultaneously'
      const shown = goFieldText(FCVolumeSource, 'targetWWNs', targetWWNs)
      errors.push(invalid(`${path}.targetWWNs`, shown, detail))
    }
    if (targetWWNs.length === 0) return errors
    if (lun !== undefined) return [...errors, ...validateLun(lun, path)]
    return [...errors, required(`${path}.lun`, 'lun is required if targetWWNs is specified')]
  },
  flexVolume({ flexVolume }, path) {
    const reserved = Object.keys(flexVolume?.options ?? {})
      .sort()
      .filter((key) => /\.(kubernetes|k8s)\.io$/i.test(`.${key.split('/')[0]}`))
    const detail = 'kubernetes.io and k8s.io namespaces are reserved'
    return [
      ...needs(flexVolume, path, 'driver'),
      ...reserved.map((key) => invalid(`${path}.options[${key}]`, key, detail)),
    ]
  },
  azureFile: ({ azureFile }, path) => [
    ...needs(azureFile, path, 'secretName', 'shareName'),
    ...(azureFile?.secretNamespace === '' ? [required(`${path}.secretNamespace`)] : []),
  ],
  vsphereVolume: ({ vsphereVolume }, path) => needs(vsphereVolume, path, 'volumePath'),
  photonPersistentDisk: (of, path) => needs(of.photonPersistentDisk, path, 'pdID'),
  portworxVolume: ({ portworxVolume }, path) => needs(portworxVolume, path, 'volumeID'),
  azureDisk({ azureDisk }, path) {
    const { cachingMode, kind, diskURI = '' } = azureDisk ?? {}
    const errors = needs(azureDisk, path, 'diskName', 'diskURI')
    if (cachingMode !== undefined && !CACHING_MODES.includes(cachingMode)) {
      errors.push(notSupported(`${path}.cachingMode`, cachingMode, CACHING_MODES))
    }
    if (kind === undefined) return errors
    if (!DISK_KINDS.includes(kind)) errors.push(notSupported(`${path}.kind`, kind, DISK_KINDS))
    const [start, form] =
      kind === 'Managed' ? ['/subscriptions/', MANAGED_URI] : ['https://', BLOB_URI]
    if (diskURI.startsWith(start)) return errors
    return [...errors, notSupported(`${path}.diskURI`, diskURI, [form])]
  },
  storageos({ storageos }, path, { persistent }) {
    const { volumeName = '', volumeNamespace = '', secretRef } = storageos ?? {}
    const label = (name: string, value: string) =>
      each(`${path}.${name}`, value, dns1123LabelErrors(value))
    return [
      ...(volumeName === '' ? [required(`${path}.volumeName`)] : label('volumeName', volumeName)),
      ...(volumeNamespace === '' ? [] : label('volumeNamespace', volumeNamespace)),
      ...validateReference(secretRef, `${path}.secretRef`, persistent),
    ]
  },
  scaleIO: ({ scaleIO }, path) => needs(scaleIO, path, 'gateway', 'system', 'volumeName'),
  local({ local }, path) {
    if (!local?.path) return [required(`${path}.path`)]
    return noBackSteps(local.path, `${path}.path`)
  },
  csi: ({ csi }, path, { persistent }) => [
    ...validateCsiDriverName(`${path}.driver`, csi?.driver ?? ''),
    ...(persistent ? validatePersistentCsi(csi, path) : validateInlineCsi(csi, path)),
  ],
}

function validateInlineCsi(csi: Sources['csi'], path: string): FieldError[] {
  const { nodePublishSecretRef: secret } = csi ?? {}
  if (!secret) return []
  const { name = '' } = secret
  if (name === '') return [required(`${path}.nodePublishSecretRef.name`)]
  return each(`${path}.name`, name, dns1123SubdomainErrors(name))
}

function validatePersistentCsi(csi: Sources['csi'], path: string): FieldError[] {
  const secrets = [
    'controllerPublishSecretRef',
    'controllerExpandSecretRef',
    'nodePublishSecretRef',
    'nodeExpandSecretRef',
  ] as const
  return [
    ...needs(csi, path, 'volumeHandle'),
    ...secrets.flatMap((secret) => validateSecret(csi?.[secret], `${path}.${secret}`)),
  ]
}

function validateSecret(reference: Reference | undefined, path: string): FieldError[] {
  if (!reference) return []
  const { name = '', namespace = '' } = reference
  return [
    ...(name === ''
      ? [required(`${path}.name`)]
      : each(`${path}.name`, name, dns1123SubdomainErrors(name))),
    ...(namespace === ''
      ? [required(`${path}.namespace`)]
      : each(`${path}.namespace`, namespace, dns1123LabelErrors(namespace))),
  ]
}

/** A secret in the pod's own namespace, or in one that has to be named. */
function validateReference(
  reference: Reference | undefined,
  path: string,
  persistent: boolean,
): FieldError[] {
  if (!reference) return []
  return needs(reference, path, 'name', ...(persistent ? ['namespace'] : []))
}

function validateIscsi({ iscsi }: Sources, path: string, of: SourceOf): FieldError[] {
  const { targetPortal = '', iqn = '', lun, initiatorName, secretRef } = iscsi ?? {}
  const errors = needs(iscsi, path, 'targetPortal')
  const start = of.persistent ? FORMAT : `${FORMAT} starting with iqn, eui, or naa`
  const isLong = initiatorName !== undefined && `${of.name}:${targetPortal}`.length > 64
  if (isLong && of.persistent) {
    errors.push(invalid(`${path}.targetportal`, targetPortal, TOO_LONG))
  }
  if (iqn === '') errors.push(required(`${path}.iqn`))
  else errors.push(...validateIscsiName(iqn, `${path}.iqn`, start))
  errors.push(...validateLun(lun, path))
  if ((iscsi?.chapAuthDiscovery || iscsi?.chapAuthSession) && !secretRef) {
    errors.push(required(`${path}.secretRef`))
  }
  if (of.persistent && secretRef && !secretRef.name) errors.push(required(`${path}.secretRef.name`))
  if (initiatorName !== undefined) {
    errors.push(...validateIscsiName(initiatorName, `${path}.initiatorname`, start))
  }
  if (isLong && !of.persistent) {
    errors.push(invalid(path.replace(/\.iscsi$/, '.name'), of.name, TOO_LONG))
  }
  return errors
}

function validateIscsiName(name: string, path: string, start: string): FieldError[] {
  const kind = ['iqn', 'eui', 'naa'].findIndex((prefix) => name.startsWith(prefix))
  if (kind < 0) return [invalid(path, name, start)]
  return ISCSI_NAMES[kind]?.test(name) ? [] : [invalid(path, name, FORMAT)]
}

/** Fields that must not be empty. */
function needs(source: object | undefined, path: string, ...names: string[]): FieldError[] {
  const values = new Map(Object.entries(source ?? {}))
  const isEmpty = (value: unknown) =>
    value === undefined || value === '' || (Array.isArray(value) && value.length === 0)
  return names
    .filter((name) => isEmpty(values.get(name)))
    .map((name) => required(`${path}.${name}`))
}

function isHostPort(pair: string): boolean {
  return /^(\[[^[\]]*\]|[^:[\]]*):[^:]*$/.test(pair)
}

function validatePartition(partition: number | undefined, path: string): FieldError[] {
  if (partition === undefined || (partition >= 0 && partition <= 255)) return []
  return [invalid(`${path}.partition`, partition, PARTITION_RANGE)]
}

function validateLun(lun: number | undefined, path: string): FieldError[] {
  if (lun === undefined || (lun >= 0 && lun <= 255)) return []
  return [invalid(`${path}.lun`, lun, LUN_RANGE)]
}
