import type { KubeObject } from '../../../api/index.ts'
import { statusErrors } from '../status.ts'

/** Throws 400 for an object that is elsewhere than its URL says. */
export function checkPlace(object: KubeObject, at: { name: string; namespace: string }): void {
  const { name, namespace } = object.metadata
  if (name !== at.name) {
    throw statusErrors.badRequest(
      `the name of the object (${name || 'empty'}) does not match the name on the URL (${at.name})`,
    )
  }
  if (at.namespace !== '' && namespace !== undefined && namespace !== at.namespace) {
    throw statusErrors.badRequest(
      `the namespace of the object (${namespace}) does not match the namespace on the URL (${at.namespace})`,
    )
  }
}
