import type { DeepReadonly } from '../../base/index.ts'
import {
  type PersistentVolume,
  PersistentVolumeSpec,
  type VolumeNodeAffinity,
} from '../core/index.ts'
import { goDifference, goEmbedded } from '../go/index.ts'
import type { FieldError } from '../schema/index.ts'
import { quantityValue } from '../quantity/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { forbidden, invalid, notSupported, required } from './field-errors.ts'
import { goFieldText } from './go-text.ts'
import { IMMUTABLE_ERROR, validateKept } from './metadata.ts'
import { dns1123SubdomainErrors } from './names.ts'
import { validateVolumeSource } from './persistent-volume-source.ts'
import { each } from './pod/common.ts'
import { validateNodeTerm } from './pod/scheduling.ts'
import { goResourceList, positiveQuantity } from './quantities.ts'

type Spec = DeepReadonly<PersistentVolumeSpec>

export const ACCESS_MODES = ['ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOnce', 'ReadWriteOncePod']
export const VOLUME_MODES = ['Block', 'Filesystem']
const RECLAIM_POLICIES = ['Delete', 'Recycle', 'Retain']

export function validatePersistentVolume(volume: DeepReadonly<PersistentVolume>): FieldError[] {
  const { name = '' } = volume.metadata
  return validatePersistentVolumeSpec(volume.spec ?? {}, { path: 'spec', inline: false, name })
}

const INLINE = 'in the context of inline volumes'
const NOT_INLINE = `may not be specified ${INLINE}`

/** `inline`: the spec stands in an attachment, where nothing but the source matters. */
export function validatePersistentVolumeSpec(
  spec: Spec,
  { path, inline, name = '' }: { path: string; inline: boolean; name?: string },
): FieldError[] {
  const policy = spec.persistentVolumeReclaimPolicy
  const errors: FieldError[] = []
  if (inline && spec.claimRef) errors.push(forbidden(`${path}.claimRef`, NOT_INLINE))
  if (inline && spec.capacity) errors.push(forbidden(`${path}.capacity`, NOT_INLINE))
  if (inline && !spec.csi) errors.push(required(`${path}.csi`, `has to be specified ${INLINE}`))
  errors.push(...validateAccessModes(spec.accessModes, `${path}.accessModes`))
  if (!inline) errors.push(...validateCapacity(spec.capacity, `${path}.capacity`))
  const reclaim = `${path}.persistentVolumeReclaimPolicy`
  if (policy && inline) {
    if (policy !== 'Retain') errors.push(forbidden(reclaim, `may only be Retain ${INLINE}`))
  } else if (policy && !RECLAIM_POLICIES.includes(policy)) {
    errors.push(notSupported(reclaim, policy, RECLAIM_POLICIES))
  }
  if (!inline) errors.push(...validateNodeAffinity(spec.nodeAffinity, `${path}.nodeAffinity`))
  else if (spec.nodeAffinity) errors.push(forbidden(`${path}.nodeAffinity`, NOT_INLINE))
  errors.push(...validateVolumeSource(spec, path, name))
  if (spec.hostPath && /^\/+$/.test(spec.hostPath.path) && policy === 'Recycle') {
    errors.push(forbidden(reclaim, "may not be 'recycle' for a hostPath mount of '/'"))
  }
  return [...errors, ...validateClass(spec, path, inline), ...validateAttributesClass(spec, path)]
}

function validateClass(spec: Spec, path: string, inline: boolean): FieldError[] {
  const { storageClassName: name, volumeMode: mode } = spec
  const errors: FieldError[] = []
  if (name && inline) errors.push(forbidden(`${path}.storageClassName`, NOT_INLINE))
  else if (name)
    errors.push(...each(`${path}.storageClassName`, name, dns1123SubdomainErrors(name)))
  const at = `${path}.volumeMode`
  if (mode !== undefined && inline && mode !== 'Filesystem') {
    errors.push(forbidden(at, `may not specify volumeMode other than Filesystem ${INLINE}`))
  } else if (mode !== undefined && !inline && !VOLUME_MODES.includes(mode)) {
    errors.push(notSupported(at, mode, VOLUME_MODES))
  }
  return errors
}

/** Modes of access, at least one. `whenNone`: what is said if there is none. */
export function validateAccessModes(
  modes: readonly string[] = [],
  path: string,
  whenNone = '',
): FieldError[] {
  if (modes.length === 0) return [required(path, whenNone)]
  const errors = modes
    .filter((mode) => !ACCESS_MODES.includes(mode))
    .map((mode) => notSupported(path, mode, ACCESS_MODES))
  const others = modes.filter((mode) => mode !== 'ReadWriteOncePod')
  if (others.length > 0 && others.length < modes.length) {
    errors.push(forbidden(path, 'may not use ReadWriteOncePod with other access modes'))
  }
  return errors
}

function validateCapacity(
  given: Readonly<Record<string, string>> | undefined,
  path: string,
): FieldError[] {
  const capacity = given ?? {}
  const names = Object.keys(capacity)
  const errors: FieldError[] = names.length === 0 ? [required(path)] : []
  if (!('storage' in capacity) || names.length > 1) {
    errors.push(notSupported(path, goResourceList(given), ['storage']))
  }
  for (const [name, amount] of Object.entries(capacity)) {
    const at = `${path}[${name}]`
    const value = quantityValue(amount)
    if (value < 0) errors.push(invalid(at, value, 'must be a valid resource quantity'))
    errors.push(...positiveQuantity(amount, at))
  }
  return errors
}

function validateNodeAffinity(
  affinity: DeepReadonly<VolumeNodeAffinity> | undefined,
  path: string,
): FieldError[] {
  if (!affinity) return []
  if (!affinity.required) {
    return [required(`${path}.required`, 'must specify required node constraints')]
  }
  const terms = affinity.required.nodeSelectorTerms ?? []
  const at = `${path}.required.nodeSelectorTerms`
  if (terms.length === 0) return [required(at, 'must have at least one node selector term')]
  return terms.flatMap((term, i) => validateNodeTerm(term, `${at}[${i}]`))
}

function validateAttributesClass(spec: Spec, path: string): FieldError[] {
  const name = spec.volumeAttributesClassName
  if (name === undefined) return []
  const at = `${path}.volumeAttributesClassName`
  const errors =
    name === ''
      ? [required(at, 'an empty string is disallowed')]
      : each(at, name, dns1123SubdomainErrors(name))
  if (spec.csi) return errors
  const detail = 'has to be specified when using volumeAttributesClassName'
  return [...errors, required(`${path}.csi`, detail)]
}

const KEPT_SOURCE = 'spec.persistentvolumesource is immutable after creation\n'
const NOT_SOURCE = [
  'accessModes',
  'capacity',
  'claimRef',
  'mountOptions',
  'nodeAffinity',
  'persistentVolumeReclaimPolicy',
  'storageClassName',
  'volumeAttributesClassName',
  'volumeMode',
]

export function validatePersistentVolumeUpdate(
  volume: DeepReadonly<PersistentVolume>,
  old: DeepReadonly<PersistentVolume>,
): FieldError[] {
  const errors: FieldError[] = []
  if (!semanticEqual(sourceOf(volume.spec, old.spec), sourceOf(old.spec, old.spec))) {
    const was = goEmbedded(PersistentVolumeSpec, old.spec)
    const difference = goDifference(was, goEmbedded(PersistentVolumeSpec, volume.spec))
    errors.push(forbidden('spec.persistentvolumesource', KEPT_SOURCE + difference))
  }
  errors.push(...validateKept(volume.spec?.volumeMode, old.spec?.volumeMode, 'volumeMode'))
  const { nodeAffinity, volumeAttributesClassName } = volume.spec ?? {}
  const before = old.spec?.nodeAffinity
  if (before && !semanticEqual(nodeAffinity, before)) {
    const shown = goFieldText(PersistentVolumeSpec, 'nodeAffinity', nodeAffinity)
    const detail = `${IMMUTABLE_ERROR}, except for updating from beta label to GA`
    errors.push(invalid('nodeAffinity', shown, detail))
  }
  if (old.spec?.volumeAttributesClassName && volumeAttributesClassName === undefined) {
    const detail = 'update from non-nil value to nil is forbidden'
    errors.push(forbidden('spec.volumeAttributesClassName', detail))
  }
  return errors
}

/** The kinds of source; a secret for expansion may be added to a CSI volume later. */
function sourceOf(spec: Spec = {}, old: Spec = {}): object {
  const source = Object.fromEntries(
    Object.entries(spec).filter(([key]) => !NOT_SOURCE.includes(key)),
  )
  if (!spec.csi || old.csi?.controllerExpandSecretRef) return source
  const { controllerExpandSecretRef: _, ...csi } = spec.csi
  return { ...source, csi }
}
