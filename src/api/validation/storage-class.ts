import type { DeepReadonly } from '../../base/index.ts'
import type { TopologySelectorTerm } from '../core/index.ts'
import type { StorageClass, VolumeAttributesClass } from '../storage/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { duplicate, forbidden, invalid, notSupported, required, tooLong } from './field-errors.ts'
import { validateKept } from './metadata.ts'
import { qualifiedNameErrors } from './names.ts'
import { each } from './pod/common.ts'

const PARAMETERS_MAX = 512
const PARAMETERS_BYTES_MAX = 256 * 1024
const RECLAIM_POLICIES = ['Delete', 'Retain']
const BINDING_MODES = ['Immediate', 'WaitForFirstConsumer']

export function validateStorageClass(of: DeepReadonly<StorageClass>): FieldError[] {
  const { provisioner, parameters = {}, reclaimPolicy, volumeBindingMode: mode } = of
  const errors = [
    ...validateProvisioner(provisioner, 'provisioner'),
    ...validateParameters(parameters),
  ]
  if (reclaimPolicy && !RECLAIM_POLICIES.includes(reclaimPolicy)) {
    errors.push(notSupported('reclaimPolicy', reclaimPolicy, RECLAIM_POLICIES))
  }
  if (mode === undefined) errors.push(required('volumeBindingMode'))
  else if (!BINDING_MODES.includes(mode)) {
    errors.push(notSupported('volumeBindingMode', mode, BINDING_MODES))
  }
  const terms = of.allowedTopologies ?? []
  for (const [i, term] of terms.entries()) {
    errors.push(...validateTopology(term, `allowedTopologies[${i}]`))
    // Upstream compares each term with those before it, and with as many empty ones as there are.
    const isEmpty = (term.matchLabelExpressions ?? []).length === 0
    const before = terms.slice(0, i).filter((other) => semanticEqual(other, term)).length
    for (let n = isEmpty ? before + terms.length : before; n > 0; n -= 1) {
      errors.push(duplicate(`allowedTopologies[${i}].matchLabelExpressions`, ''))
    }
  }
  return errors
}

function validateProvisioner(name: string, path: string): FieldError[] {
  if (!name) return [required(path)]
  const folded = name.toLowerCase()
  return each(path, folded, qualifiedNameErrors(folded))
}

function validateParameters(parameters: Readonly<Record<string, string>>): FieldError[] {
  const entries = Object.entries(parameters)
  if (entries.length > PARAMETERS_MAX) return [tooLong('parameters', PARAMETERS_MAX)]
  const errors: FieldError[] = []
  let bytes = 0
  for (const [key, value] of entries) {
    if (key === '') errors.push(invalid('parameters', key, 'field can not be empty.'))
    bytes += Buffer.byteLength(key) + Buffer.byteLength(value)
  }
  if (bytes > PARAMETERS_BYTES_MAX) errors.push(tooLong('parameters', PARAMETERS_BYTES_MAX))
  return errors
}

function validateTopology(term: DeepReadonly<TopologySelectorTerm>, path: string): FieldError[] {
  const keys = new Set<string>()
  return (term.matchLabelExpressions ?? []).flatMap(({ key, values }, i) => {
    const at = `${path}.matchLabelExpressions[${i}]`
    const errors: FieldError[] = []
    if (values.length === 0) errors.push(required(`${at}.values`))
    for (const [k, value] of values.entries()) {
      if (values.indexOf(value) < k) errors.push(duplicate(`${at}.values[${k}]`, value))
    }
    errors.push(...each(`${at}.key`, key, qualifiedNameErrors(key)))
    if (keys.has(key)) errors.push(duplicate(`${at}.key`, key))
    keys.add(key)
    return errors
  })
}

/** Nothing that volumes were made by may change. */
export function validateStorageClassUpdate(
  of: DeepReadonly<StorageClass>,
  old: DeepReadonly<StorageClass>,
): FieldError[] {
  const errors = validateStorageClass(of)
  if (!semanticEqual(of.parameters, old.parameters)) {
    errors.push(forbidden('parameters', 'updates to parameters are forbidden.'))
  }
  for (const field of ['provisioner', 'reclaimPolicy'] as const) {
    if (of[field] === old[field]) continue
    errors.push(forbidden(field, `updates to ${field} are forbidden.`))
  }
  const { volumeBindingMode: mode } = old
  return [...errors, ...validateKept(of.volumeBindingMode, mode, 'volumeBindingMode')]
}

export function validateVolumeAttributesClass(
  of: DeepReadonly<VolumeAttributesClass>,
): FieldError[] {
  const parameters = of.parameters ?? {}
  const none = Object.keys(parameters).length === 0
  return [
    ...validateProvisioner(of.driverName, 'driverName'),
    ...(none ? [required('parameters', 'must contain at least one key/value pair')] : []),
    ...validateParameters(parameters),
  ]
}

export function validateVolumeAttributesClassUpdate(
  of: DeepReadonly<VolumeAttributesClass>,
  old: DeepReadonly<VolumeAttributesClass>,
): FieldError[] {
  const errors: FieldError[] = []
  if (of.driverName !== old.driverName) {
    errors.push(forbidden('driverName', 'updates to driverName are forbidden.'))
  }
  if (!semanticEqual(of.parameters, old.parameters)) {
    errors.push(forbidden('parameters', 'updates to parameters are forbidden.'))
  }
  return errors
}
