import type { KubeObject } from '../../../api/index.ts'
import { statusErrors } from '../status.ts'

/** Throws 400 for an object that is elsewhere than its URL says. */
export function checkPlace(object: KubeObject, at: { name: string; namespace: string }): void {
  claimName(object, at.name)
  const { namespace } = object.metadata
  if (at.namespace !== '' && namespace !== undefined && namespace !== at.namespace) {
    throw statusErrors.badRequest(
      'the namespace of the provided object does not match the namespace sent on the request',
    )
  }
}

/** The name comes from the URL; an object that has another one, or none, is refused. */
export function claimName({ metadata }: KubeObject, name: string): void {
  if (!metadata.name) {
    throw statusErrors.badRequest(
      `the name of the object (${name} based on URL) was undeterminable: name must be provided`,
    )
  }
  if (metadata.name === name) return
  throw statusErrors.badRequest(
    `the name of the object (${metadata.name}) does not match the name on the URL (${name})`,
  )
}
