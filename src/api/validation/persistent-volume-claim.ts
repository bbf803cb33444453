import type { DeepReadonly } from '../../base/index.ts'
import { type PersistentVolumeClaim, PersistentVolumeClaimSpec } from '../core/index.ts'
import { goDifference, goStruct } from '../go/index.ts'
import type { FieldError } from '../schema/index.ts'
import { compareQuantities, quantityValue } from '../quantity/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { forbidden, GoText, invalid, notSupported, required } from './field-errors.ts'
import { IMMUTABLE_ERROR, validateKept } from './metadata.ts'
import { dns1123LabelErrors, dns1123SubdomainErrors, qualifiedNameErrors } from './names.ts'
import { validateAccessModes, VOLUME_MODES } from './persistent-volume.ts'
import { each } from './pod/common.ts'
import { positiveQuantity } from './quantities.ts'
import { validateLabelSelector } from './label-selector.ts'

type Spec = DeepReadonly<PersistentVolumeClaimSpec>

export function validateClaim({ spec }: DeepReadonly<PersistentVolumeClaim>): FieldError[] {
  return validateClaimSpec(spec ?? {}, 'spec')
}

/** What a claim asks for; in a StatefulSet and in an ephemeral volume as well. */
export function validateClaimSpec(spec: Spec, path: string): FieldError[] {
  const none = 'at least 1 access mode is required'
  const errors: FieldError[] = []
  if ((spec.accessModes ?? []).length === 0) errors.push(required(`${path}.accessModes`, none))
  if (spec.selector) errors.push(...validateLabelSelector(spec.selector, `${path}.selector`))
  if ((spec.accessModes ?? []).length > 0) {
    errors.push(...validateAccessModes(spec.accessModes, `${path}.accessModes`))
  }
  const storage = spec.resources?.requests?.['storage']
  if (storage === undefined) errors.push(required(`${path}.resources[storage]`))
  else errors.push(...positiveQuantity(storage, `${path}.resources[storage]`))
  const named = (field: 'storageClassName' | 'volumeAttributesClassName') => {
    const name = spec[field]
    if (name) errors.push(...each(`${path}.${field}`, name, dns1123SubdomainErrors(name)))
  }
  named('storageClassName')
  if (spec.volumeMode !== undefined && !VOLUME_MODES.includes(spec.volumeMode)) {
    errors.push(notSupported(`${path}.volumeMode`, spec.volumeMode, VOLUME_MODES))
  }
  errors.push(...validateSources(spec, path))
  named('volumeAttributesClassName')
  return errors
}

/** Upstream shows the field's path as Go prints the struct. */
const DATA_SOURCE = new GoText(
  'field.Path{name:"dataSource", index:"", parent:(*field.Path)(0xc000000000)}',
)

function validateSources({ dataSource, dataSourceRef }: Spec, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (dataSource) errors.push(...validateSource(dataSource, `${path}.dataSource`))
  if (dataSourceRef) {
    const at = `${path}.dataSourceRef`
    errors.push(...validateSource(dataSourceRef, at))
    const { namespace } = dataSourceRef
    if (namespace) errors.push(...each(`${at}.namespace`, namespace, dns1123LabelErrors(namespace)))
    if (namespace && dataSource) {
      const detail = 'may not be specified when dataSourceRef.namespace is specified'
      errors.push(invalid(path, DATA_SOURCE, detail))
    }
  }
  if (!dataSource || !dataSourceRef || dataSourceRef.namespace) return errors
  const { namespace: _, ...same } = dataSourceRef
  if (semanticEqual(normal(same), normal(dataSource))) return errors
  return [...errors, invalid(path, DATA_SOURCE, 'must match dataSourceRef')]
}

type Source = NonNullable<Spec['dataSource']>

const normal = ({ apiGroup = '', kind, name }: Source) => ({ apiGroup, kind, name })

function validateSource({ apiGroup = '', kind, name }: Source, path: string): FieldError[] {
  const errors: FieldError[] = []
  if (!name) errors.push(required(`${path}.name`))
  if (!kind) errors.push(required(`${path}.kind`))
  if (apiGroup === '' && kind !== 'PersistentVolumeClaim') {
    const detail = "must be 'PersistentVolumeClaim' when referencing the default apiGroup"
    errors.push(invalid(path, kind, detail))
  }
  if (apiGroup === '') return errors
  return [...errors, ...each(`${path}.apiGroup`, apiGroup, dns1123SubdomainErrors(apiGroup))]
}

const KEPT_SPEC =
  'spec is immutable after creation except resources.requests and volumeAttributesClassName ' +
  'for bound claims\n'
const CLASS_ANNOTATION = 'volume.beta.kubernetes.io/storage-class'

export function validateClaimUpdate(
  claim: DeepReadonly<PersistentVolumeClaim>,
  old: DeepReadonly<PersistentVolumeClaim>,
): FieldError[] {
  const errors = validateClassAnnotation(claim, old)
  const { before: specBefore, now: specNow } = comparable(claim, old)
  if (!semanticEqual(specBefore, specNow)) {
    const was = goStruct(PersistentVolumeClaimSpec, specBefore)
    const is = goStruct(PersistentVolumeClaimSpec, specNow)
    errors.push(forbidden('spec', KEPT_SPEC + goDifference(was, is)))
  }
  const now = claim.spec?.resources?.requests?.['storage'] ?? '0'
  const before = old.spec?.resources?.requests?.['storage'] ?? '0'
  const there = old.status?.capacity?.['storage'] ?? '0'
  const shrinks = compareQuantities(now, before) < 0
  // A request that was never met may go back, but not below what there is (KEP-1790).
  if (shrinks && compareQuantities(now, there) <= 0) {
    const detail = 'field can not be less than status.capacity'
    errors.push(forbidden('spec.resources.requests.storage', detail))
  }
  errors.push(...validateKept(claim.spec?.volumeMode, old.spec?.volumeMode, 'volumeMode'))
  const { volumeAttributesClassName: attributes } = old.spec ?? {}
  const attributesNow = claim.spec?.volumeAttributesClassName
  if (attributes !== undefined && !attributesNow) {
    const to = attributesNow === undefined ? 'nil' : 'an empty string'
    const detail = `update from non-nil value to ${to} is forbidden`
    if (attributes !== attributesNow) {
      errors.push(forbidden('spec.volumeAttributesClassName', detail))
    }
  }
  return errors
}

type ReadClaim = DeepReadonly<PersistentVolumeClaim>

/** The class may go from the annotation of old to its field. */
function movesClass({ metadata, spec }: ReadClaim, old: ReadClaim): boolean {
  const before = old.metadata.annotations?.[CLASS_ANNOTATION]
  const now = metadata.annotations?.[CLASS_ANNOTATION] ?? before
  if (before === undefined || old.spec?.storageClassName !== undefined) return false
  return spec?.storageClassName === before && now === before
}

function validateClassAnnotation(claim: ReadClaim, old: ReadClaim): FieldError[] {
  const now = claim.metadata.annotations?.[CLASS_ANNOTATION] ?? ''
  if (movesClass(claim, old) || now === (old.metadata.annotations?.[CLASS_ANNOTATION] ?? '')) {
    return []
  }
  return [invalid(`metadata.annotations.${CLASS_ANNOTATION}`, now, IMMUTABLE_ERROR)]
}

/** Both specs, with all that may change made the same. */
function comparable(
  { spec, status }: DeepReadonly<PersistentVolumeClaim>,
  old: DeepReadonly<PersistentVolumeClaim>,
): { before: Spec; now: Spec } {
  const before = old.spec ?? {}
  // The default class is given to claims that have none yet (KEP-3333).
  const annotated = old.metadata.annotations?.[CLASS_ANNOTATION]
  const isUpgrade =
    before.storageClassName === undefined &&
    spec.storageClassName !== undefined &&
    (annotated === undefined || annotated === spec.storageClassName)
  const isBound = (status?.phase ?? old.status?.phase) === 'Bound'
  const { storage: _, ...requests } = spec.resources?.requests ?? {}
  const size = before.resources?.requests?.['storage']
  const resources = {
    ...spec.resources,
    requests: size === undefined ? requests : { ...requests, storage: size },
  }
  return {
    before: before.volumeName ? before : { ...before, volumeName: spec.volumeName },
    now: {
      ...spec,
      ...(isUpgrade && { storageClassName: before.storageClassName }),
      ...(isBound &&
        spec.volumeAttributesClassName !== undefined && {
          volumeAttributesClassName: before.volumeAttributesClassName,
        }),
      ...(isBound && spec.resources?.requests && { resources }),
    },
  }
}

const RESIZE_STATES = [
  'ControllerResizeInProgress',
  'ControllerResizeInfeasible',
  'NodeResizeInProgress',
  'NodeResizeInfeasible',
  'NodeResizePending',
]

export function validateClaimStatus({ status }: DeepReadonly<PersistentVolumeClaim>): FieldError[] {
  const { capacity = {}, allocatedResources = {}, allocatedResourceStatuses = {} } = status ?? {}
  const errors = Object.entries(capacity).flatMap(([name, amount]) =>
    validateQuantity(amount, `status.capacity[${name}]`),
  )
  const states = 'status.allocatedResourceStatus'
  for (const [name, state] of Object.entries(allocatedResourceStatuses)) {
    errors.push(...validateResizedName(name, states))
    if (RESIZE_STATES.includes(state)) continue
    errors.push(notSupported(states, new GoText(name), RESIZE_STATES))
  }
  const path = 'status.allocatedResources'
  for (const [name, amount] of Object.entries(allocatedResources)) {
    const faults = validateResizedName(name, path)
    if (faults.length === 0) faults.push(...validateQuantity(amount, `${path}[${name}]`))
    errors.push(...faults)
  }
  return errors
}

function validateQuantity(amount: string, path: string): FieldError[] {
  const value = quantityValue(amount)
  return value < 0 ? [invalid(path, value, 'must be a valid resource quantity')] : []
}

/** Of Kubernetes' own resources, storage alone can grow. */
function validateResizedName(name: string, path: string): FieldError[] {
  const errors = each(path, name, qualifiedNameErrors(name))
  const isNative = !name.includes('/') || name.includes('kubernetes.io/')
  if (errors.length > 0 || !isNative || name === 'storage') return errors
  return [notSupported(path, name, ['storage'])]
}
