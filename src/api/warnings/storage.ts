import type { DeepReadonly } from '../../base/index.ts'
import type {
  PersistentVolume,
  PersistentVolumeClaim,
  PersistentVolumeClaimSpec,
} from '../core/index.ts'
import { canonicalQuantity, parseQuantity } from '../quantity/index.ts'
import { nodeTermWarnings } from './nodes.ts'

const CLASS = 'volume.beta.kubernetes.io/storage-class'
const OPTIONS = 'volume.beta.kubernetes.io/mount-options'
const NANOS_PER_MILLI = 1_000_000n

/** Since when a kind of source is deprecated, and does nothing. */
export const OLD_SOURCES = new Map([
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
])

/** Bytes there are whole ones of. */
export function fractionWarnings(amount: string | undefined, path: string): string[] {
  if (amount === undefined) return []
  const millis = (parseQuantity(amount).nanos + NANOS_PER_MILLI - 1n) / NANOS_PER_MILLI
  if (millis % 1000n === 0n) return []
  const text = canonicalQuantity(amount)
  return [`${path}: fractional byte value "${text}" is invalid, must be an integer`]
}

export function claimSpecWarnings(
  { resources }: DeepReadonly<Partial<PersistentVolumeClaimSpec>>,
  path: string,
): string[] {
  return [
    ...fractionWarnings(resources?.requests?.['storage'], `${path}.resources.requests[storage]`),
    ...fractionWarnings(resources?.limits?.['storage'], `${path}.resources.limits[storage]`),
  ]
}

const instead = (annotation: string, version: string, field: string) =>
  `metadata.annotations[${annotation}]: deprecated since ${version}; use "${field}" attribute instead`

export function warnClaim({ metadata, spec }: DeepReadonly<PersistentVolumeClaim>): string[] {
  const isOld = metadata.annotations?.[CLASS] !== undefined
  const old = isOld ? [instead(CLASS, 'v1.8', 'storageClassName')] : []
  return [...old, ...claimSpecWarnings(spec ?? {}, 'spec')]
}

export function warnVolume({ metadata, spec }: DeepReadonly<PersistentVolume>): string[] {
  const { annotations = {} } = metadata
  const warnings: string[] = []
  if (annotations[CLASS] !== undefined) warnings.push(instead(CLASS, 'v1.8', 'storageClassName'))
  if (annotations[OPTIONS] !== undefined) warnings.push(instead(OPTIONS, 'v1.31', 'mountOptions'))
  if (spec?.persistentVolumeReclaimPolicy === 'Recycle') {
    warnings.push(
      'spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. ' +
        'Instead, the recommended approach is to use dynamic provisioning.',
    )
  }
  for (const [i, term] of (spec?.nodeAffinity?.required?.nodeSelectorTerms ?? []).entries()) {
    const path = `spec.nodeAffinity.required.nodeSelectorTerms[${i}]`
    warnings.push(...nodeTermWarnings(term, path))
  }
  const sources = ['photonPersistentDisk', 'scaleIO', 'storageos', 'glusterfs'] as const
  const found = sources.find((kind) => spec?.[kind] !== undefined)
  const name = found === 'storageos' ? 'storageOS' : found
  if (found) warnings.push(`spec.${name}: ${OLD_SOURCES.get(found)}`)
  return warnings
}
