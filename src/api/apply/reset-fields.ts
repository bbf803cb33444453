import type { Resource } from '../schema/index.ts'
import { FieldSet } from './field-set.ts'
import { fieldElement } from './path-element.ts'

/** Beyond the rule: what else writing the status of a resource leaves as it is. */
const STATUS_KEEPS: Readonly<Record<string, readonly string[]>> = {
  pods: ['metadata.deletionTimestamp', 'metadata.ownerReferences'],
  'deployments.apps': ['metadata.labels'],
}

/**
 * Fields that a way of writing does not set, whatever the object says: status for the object itself
 * where it has a sub-resource for that, and everything but status for that sub-resource.
 */
export function resetFieldsOf(
  resource: Pick<Resource, 'group' | 'plural' | 'hasStatus'>,
  subresource: string,
): FieldSet {
  const { group, plural, hasStatus } = resource
  if (subresource === 'status') {
    const name = group === '' ? plural : `${plural}.${group}`
    return pathsOf(['spec', ...(STATUS_KEEPS[name] ?? [])])
  }
  if (subresource === 'approval') return pathsOf(['spec', 'status.certificate'])
  return hasStatus ? pathsOf(['status']) : new FieldSet()
}

function pathsOf(paths: readonly string[]): FieldSet {
  return FieldSet.of(...paths.map((path) => path.split('.').map(fieldElement)))
}
