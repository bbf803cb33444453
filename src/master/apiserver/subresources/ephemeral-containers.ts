import type { KubeObject, Pod } from '../../../api/index.ts'
import type { Store } from '../registry/store.ts'
import type { UpdateRules } from '../registry/update.ts'
import { get, patch, update } from '../resource-handler.ts'
import { statusErrors } from '../status.ts'
import type { Subresource } from './router.ts'

// Everything but the ephemeral containers is kept as it was.
function rulesOf(store: Store): UpdateRules {
  return {
    subresource: 'ephemeralcontainers',
    prepare: (object: KubeObject, old: KubeObject) => {
      const { ephemeralContainers } = (object as Pod).spec
      const { spec, status } = structuredClone(old as Pod)
      if (ephemeralContainers) spec.ephemeralContainers = ephemeralContainers
      else delete spec.ephemeralContainers
      Object.assign(object, { spec, status })
    },
    validate: (object, old) => {
      const removed = removedNames(object as Pod, old as Pod)
      if (removed.length === 0) return store.resource.strategy.validateCreate(object)
      const names = removed.map((name) => `"${name}"`).join(', ')
      const detail = `Forbidden: existing ephemeral containers ${names} may not be removed\n`
      return [{ type: 'FieldValueForbidden', field: 'spec.ephemeralContainers', detail }]
    },
  }
}

function removedNames(pod: Pod, old: Pod): string[] {
  const kept = new Set((pod.spec.ephemeralContainers ?? []).map((c) => c.name))
  return (old.spec.ephemeralContainers ?? []).map((c) => c.name).filter((name) => !kept.has(name))
}

/** `ephemeralcontainers`: how `kubectl debug` gets into a running pod (KEP-277). */
export const ephemeralContainers: Subresource = (store) => (exchange) => {
  switch (exchange.at.verb) {
    case 'get':
      return get(store, exchange)
    case 'update':
      return update(store, exchange, rulesOf(store))
    case 'patch':
      return patch(store, exchange, rulesOf(store))
    default:
      return Promise.reject(statusErrors.methodNotAllowed())
  }
}
