import type { StatusError } from '../../../base/index.ts'
import { statusErrors } from '../status.ts'
import type { AdmissionAttributes } from './attributes.ts'

/**
 * How a plugin refuses: 403 with the resource and the object's name, of which a new object may have
 * but the beginning (apiserver `admission.NewForbidden`).
 */
export function forbidden(attributes: AdmissionAttributes, why: string): StatusError {
  const { resource, object, name } = attributes
  const { name: own = '', generateName = '' } = object?.metadata ?? {}
  return statusErrors.forbidden(resource, own || name || generateName || 'Unknown', why)
}
