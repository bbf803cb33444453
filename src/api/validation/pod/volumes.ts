import type { DeepReadonly } from '../../../base/index.ts'
import type { ImageVolumeSource, Volume } from '../../core/index.ts'
import { compareQuantities } from '../../quantity/index.ts'
import type { FieldError } from '../../schema/index.ts'
import { duplicate, forbidden, invalid, required } from '../field-errors.ts'
import { validateAnnotations, validateLabels } from '../metadata.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors } from '../names.ts'
import { validateClaimSpec } from '../persistent-volume-claim.ts'
import { SOURCE_CHECKS } from '../volume-sources.ts'
import { each, oneOf, type PodContext } from './common.ts'
import {
  validateDownwardFile,
  validateItems,
  validateMode,
  validateProjected,
} from './volume-files.ts'

/** The kinds of source in the order in which upstream looks for them. */
const KINDS = [
  'emptyDir',
  'hostPath',
  'gitRepo',
  'gcePersistentDisk',
  'awsElasticBlockStore',
  'secret',
  'nfs',
  'iscsi',
  'glusterfs',
  'flocker',
  'persistentVolumeClaim',
  'rbd',
  'cinder',
  'cephfs',
  'quobyte',
  'downwardAPI',
  'fc',
  'flexVolume',
  'configMap',
  'azureFile',
  'vsphereVolume',
  'photonPersistentDisk',
  'portworxVolume',
  'azureDisk',
  'storageos',
  'projected',
  'scaleIO',
  'csi',
  'ephemeral',
  'image',
] as const
type Kind = (typeof KINDS)[number]
type ReadVolume = DeepReadonly<Volume>

/** Upstream's names of kinds where it tells of a second one. */
const MISSPELT: Readonly<Record<string, string>> = { cephfs: 'cephFS', downwardAPI: 'downwarAPI' }
const PULL_POLICIES = ['Always', 'IfNotPresent', 'Never']

export interface CheckedVolumes {
  /** Those without fault, which containers can mount. */
  readonly valid: ReadonlyMap<string, ReadVolume>
  readonly errors: readonly FieldError[]
}

export function validateVolumes(
  volumes: readonly ReadVolume[],
  path: string,
  context: PodContext,
): CheckedVolumes {
  const valid = new Map<string, ReadVolume>()
  const errors: FieldError[] = []
  const claims = new Set(
    volumes.filter((v) => context.name && v.ephemeral).map((v) => `${context.name}-${v.name}`),
  )
  for (const [i, volume] of volumes.entries()) {
    const at = `${path}[${i}]`
    const found = validateSource(volume, at, context)
    if (!volume.name) found.push(required(`${at}.name`))
    else found.push(...each(`${at}.name`, volume.name, dns1123LabelErrors(volume.name)))
    if (valid.has(volume.name)) found.push(duplicate(`${at}.name`, volume.name))
    if (found.length === 0) valid.set(volume.name, volume)
    const claim = volume.persistentVolumeClaim?.claimName
    if (claim && claims.has(claim)) {
      const detail = 'must not reference a PVC that gets created for an ephemeral volume'
      found.push(invalid(`${at}.persistentVolumeClaim.claimName`, claim, detail))
    }
    errors.push(...found)
  }
  return { valid, errors }
}

/** Exactly one kind of source, and that one complete. */
function validateSource(volume: ReadVolume, path: string, context: PodContext): FieldError[] {
  const found = KINDS.filter((kind) => volume[kind] !== undefined)
  if (found.length === 0) return [required(path, 'must specify a volume type')]
  return found.flatMap((kind, i) => {
    if (i === 0) return validateKind(kind, volume, `${path}.${kind}`, context)
    const at = `${path}.${MISSPELT[kind] ?? kind}`
    return [forbidden(at, 'may not specify more than 1 volume type')]
  })
}

function validateKind(
  kind: Kind,
  volume: ReadVolume,
  path: string,
  context: PodContext,
): FieldError[] {
  const { emptyDir, secret, configMap, persistentVolumeClaim: claim } = volume
  switch (kind) {
    case 'emptyDir': {
      const size = emptyDir?.sizeLimit
      if (size === undefined || compareQuantities(size, '0') >= 0) return []
      return [forbidden(`${path}.sizeLimit`, 'SizeLimit field must be a valid resource quantity')]
    }
    case 'secret':
      return [
        ...(secret?.secretName ? [] : [required(`${path}.secretName`)]),
        ...validateMode(secret?.defaultMode, `${path}.defaultMode`),
        ...validateItems(secret?.items, path),
      ]
    case 'configMap':
      return [
        ...(configMap?.name ? [] : [required(`${path}.name`)]),
        ...validateMode(configMap?.defaultMode, `${path}.defaultMode`),
        ...validateItems(configMap?.items, path),
      ]
    case 'persistentVolumeClaim':
      return claim?.claimName ? [] : [required(`${path}.claimName`)]
    case 'downwardAPI':
      return [
        ...validateMode(volume.downwardAPI?.defaultMode, `${path}.defaultMode`),
        ...(volume.downwardAPI?.items ?? []).flatMap((file) => validateDownwardFile(file, path)),
      ]
    case 'projected':
      return validateProjected(volume.projected ?? {}, path)
    case 'ephemeral':
      return validateEphemeral(volume, path, context)
    case 'image':
      return validateImage(volume.image ?? {}, path, context)
    default:
      return SOURCE_CHECKS[kind]?.(volume, path, { persistent: false, name: volume.name }) ?? []
  }
}

function validateEphemeral(
  { ephemeral, name }: ReadVolume,
  path: string,
  context: PodContext,
): FieldError[] {
  const template = ephemeral?.volumeClaimTemplate
  const at = `${path}.volumeClaimTemplate`
  const errors: FieldError[] = []
  if (!template) errors.push(required(at))
  else {
    const { annotations, labels, ...others } = template.metadata ?? {}
    errors.push(...validateAnnotations(annotations, `${at}.metadata.annotations`))
    errors.push(...validateLabels(labels, `${at}.metadata.labels`))
    for (const [field, value] of Object.entries(others)) {
      if (value) errors.push(forbidden(`${at}.metadata.${field}`, 'cannot be set'))
    }
    errors.push(...validateClaimSpec(template.spec ?? {}, `${at}.spec`))
  }
  if (!context.name || !name) return errors
  const claim = `${context.name}-${name}`
  const faults = dns1123SubdomainErrors(claim).map((why) => `PVC name "${claim}": ${why}`)
  return [...errors, ...each(path.replace(/\.ephemeral$/, '.name'), name, faults)]
}

function validateImage(
  { reference, pullPolicy }: DeepReadonly<ImageVolumeSource>,
  path: string,
  { isPod }: PodContext,
): FieldError[] {
  return [
    ...(isPod && !reference ? [required(`${path}.reference`)] : []),
    ...oneOf(`${path}.pullPolicy`, pullPolicy, PULL_POLICIES),
  ]
}
