import type { DeepReadonly } from '../../../base/index.ts'
import type {
  DownwardAPIVolumeFile,
  KeyToPath,
  Volume,
  VolumeProjection,
} from '../../core/index.ts'
import { compareQuantities } from '../../quantity/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, forbidden, invalid, notSupported, required } from '../field-errors.ts'
import { dns1123LabelErrors } from '../names.ts'
import { each } from './common.ts'
import { noBackSteps, validateLocalPath } from './paths.ts'
import { validateFieldRef, validateResource, VOLUME_FIELDS } from './env.ts'

const MODE_ERROR = 'must be a number between 0 and 0777 (octal), both inclusive'
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

export function validateVolumes(
  volumes: readonly DeepReadonly<Volume>[],
  path: string,
): FieldError[] {
  const names = new Set<string>()
  return volumes.flatMap((volume, i) => {
    const at = `${path}[${i}]`
    const errors = validateSource(volume, at)
    const faults = volume.name ? dns1123LabelErrors(volume.name) : []
    if (!volume.name) errors.push(required(`${at}.name`))
    else if (faults.length > 0) errors.push(...each(`${at}.name`, volume.name, faults))
    else if (names.has(volume.name)) errors.push(duplicate(`${at}.name`, volume.name))
    names.add(volume.name)
    return errors
  })
}

/** Exactly one kind of source, and that one complete. */
function validateSource(volume: DeepReadonly<Volume>, path: string): FieldError[] {
  const kinds = Object.keys(volume).filter(
    (key) => key !== 'name' && volume[key as keyof Volume] !== undefined,
  )
  if (kinds.length === 0) return [required(path, 'must specify a volume type')]
  const errors = kinds
    .slice(1)
    .map((kind) => forbidden(`${path}.${kind}`, 'may not specify more than 1 volume type'))
  const { emptyDir, hostPath, secret, configMap, downwardAPI, projected } = volume
  const claim = volume.persistentVolumeClaim
  if (emptyDir?.sizeLimit !== undefined && compareQuantities(emptyDir.sizeLimit, '0') < 0) {
    errors.push(
      forbidden(`${path}.emptyDir.sizeLimit`, 'SizeLimit field must be a valid resource quantity'),
    )
  }
  if (hostPath) {
    const at = `${path}.hostPath`
    if (!hostPath.path) errors.push(required(`${at}.path`))
    else errors.push(...noBackSteps(hostPath.path, `${at}.path`))
    if (hostPath.type !== undefined && !HOST_PATH_TYPES.includes(hostPath.type)) {
      errors.push(notSupported(`${at}.type`, hostPath.type, HOST_PATH_TYPES))
    }
  }
  if (secret) {
    if (!secret.secretName) errors.push(required(`${path}.secret.secretName`))
    errors.push(...validateFiles(secret, `${path}.secret`))
  }
  if (configMap) {
    if (!configMap.name) errors.push(required(`${path}.configMap.name`))
    errors.push(...validateFiles(configMap, `${path}.configMap`))
  }
  if (downwardAPI) {
    errors.push(...validateMode(downwardAPI.defaultMode, `${path}.downwardAPI.defaultMode`))
    errors.push(...validateDownwardItems(downwardAPI.items ?? [], `${path}.downwardAPI.items`))
  }
  if (projected) {
    errors.push(...validateMode(projected.defaultMode, `${path}.projected.defaultMode`))
    projected.sources?.forEach((source, i) => {
      errors.push(...validateProjection(source, `${path}.projected.sources[${i}]`))
    })
  }
  if (claim && !claim.claimName) errors.push(required(`${path}.persistentVolumeClaim.claimName`))
  return errors
}

function validateMode(mode: number | undefined, path: string): FieldError[] {
  return mode !== undefined && (mode < 0 || mode > 0o777) ? [invalid(path, mode, MODE_ERROR)] : []
}

function validateFiles(
  source: DeepReadonly<{ defaultMode?: number; items?: KeyToPath[] }>,
  path: string,
): FieldError[] {
  return [
    ...validateMode(source.defaultMode, `${path}.defaultMode`),
    ...(source.items ?? []).flatMap((item, i) => validateKeyToPath(item, `${path}.items[${i}]`)),
  ]
}

function validateKeyToPath(item: DeepReadonly<KeyToPath>, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (!item.key) errors.push(required(`${path}.key`))
  if (!item.path) errors.push(required(`${path}.path`))
  else errors.push(...validateFilePath(item.path, `${path}.path`))
  errors.push(...validateMode(item.mode, `${path}.mode`))
  return errors
}

/** A file's place inside a volume: relative, no steps back, not hidden behind `..`. */
function validateFilePath(file: string, path: string): FieldError[] {
  const errors = validateLocalPath(file, path)
  if (file.startsWith('..') && !file.startsWith('../')) {
    errors.push(invalid(path, file, "must not start with '..'"))
  }
  return errors
}

function validateDownwardItems(
  items: readonly DeepReadonly<DownwardAPIVolumeFile>[],
  path: string,
): FieldError[] {
  return items.flatMap((item, i) => {
    const at = `${path}[${i}]`
    const errors: FieldError[] = []
    if (!item.path) errors.push(required(`${at}.path`))
    else errors.push(...validateFilePath(item.path, at))
    if (item.fieldRef && item.resourceFieldRef) {
      errors.push(
        invalid(
          at,
          'resource',
          'fieldRef and resourceFieldRef can not be specified simultaneously',
        ),
      )
    } else if (item.fieldRef) {
      errors.push(...validateFieldRef(item.fieldRef, `${at}.fieldRef`, VOLUME_FIELDS))
    } else if (item.resourceFieldRef) {
      const from = `${at}.resourceFieldRef`
      if (!item.resourceFieldRef.containerName) errors.push(required(`${from}.containerName`))
      errors.push(...validateResource(item.resourceFieldRef.resource, from))
    } else errors.push(required(at, 'one of fieldRef and resourceFieldRef is required'))
    errors.push(...validateMode(item.mode, `${at}.mode`))
    return errors
  })
}

function validateProjection(source: DeepReadonly<VolumeProjection>, path: string): FieldError[] {
  const kinds = Object.keys(source).filter(
    (key) => source[key as keyof VolumeProjection] !== undefined,
  )
  const errors = kinds
    .slice(1)
    .map((kind) =>
      forbidden(`${path}.${kind}`, 'may not specify more than 1 volume type per source'),
    )
  for (const kind of ['secret', 'configMap'] as const) {
    const from = source[kind]
    if (!from) continue
    if (!from.name) errors.push(required(`${path}.${kind}.name`))
    from.items?.forEach((item, i) => {
      errors.push(...validateKeyToPath(item, `${path}.${kind}.items[${i}]`))
    })
  }
  if (source.downwardAPI) {
    errors.push(
      ...validateDownwardItems(source.downwardAPI.items ?? [], `${path}.downwardAPI.items`),
    )
  }
  const token = source.serviceAccountToken
  if (token) {
    if (!token.path) errors.push(required(`${path}.serviceAccountToken.path`))
    else errors.push(...validateFilePath(token.path, `${path}.serviceAccountToken.path`))
    const seconds = token.expirationSeconds ?? 3600
    if (seconds < 600) {
      const at = `${path}.serviceAccountToken.expirationSeconds`
      errors.push(invalid(at, seconds, 'may not specify a duration less than 10 minutes'))
    }
  }
  return errors
}
