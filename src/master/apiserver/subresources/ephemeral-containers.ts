import { type KubeObject, type Pod, validateEphemeralUpdate } from '../../../api/index.ts'
import type { UpdateRules } from '../registry/update.ts'
import { get, patch, update } from '../resource-handler.ts'
import { statusErrors } from '../status.ts'
import type { Subresource } from './router.ts'

// Everything but the ephemeral containers is kept as it was.
function rulesOf(): UpdateRules {
  return {
    subresource: 'ephemeralcontainers',
    prepare: (object: KubeObject, old: KubeObject) => {
      const { ephemeralContainers } = (object as Pod).spec
      const { spec, status } = structuredClone(old as Pod)
      if (ephemeralContainers) spec.ephemeralContainers = ephemeralContainers
      else delete spec.ephemeralContainers
      const metadata = structuredClone(old.metadata)
      const { resourceVersion } = object.metadata
      if (resourceVersion !== undefined) metadata.resourceVersion = resourceVersion
      Object.assign(object, { metadata, spec, status })
    },
    validate: (object, old) => validateEphemeralUpdate(object as Pod, old as Pod),
  }
}

/** `ephemeralcontainers`: how `kubectl debug` gets into a running pod (KEP-277). */
export const ephemeralContainers: Subresource = (store) => (exchange) => {
  switch (exchange.at.verb) {
    case 'get':
      return get(store, exchange)
    case 'update':
      return update(store, exchange, rulesOf())
    case 'patch':
      return patch(store, exchange, rulesOf())
    default:
      return Promise.reject(statusErrors.methodNotAllowed())
  }
}
