import type { EphemeralContainer, FieldError, KubeObject, Pod } from '../../../api/index.ts'
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
      const metadata = structuredClone(old.metadata)
      const { resourceVersion } = object.metadata
      if (resourceVersion !== undefined) metadata.resourceVersion = resourceVersion
      Object.assign(object, { metadata, spec, status })
    },
    validate: (object, old) => {
      const removed = removedNames(object as Pod, old as Pod)
      if (removed.length > 0) return [removalError(removed)]
      const { ephemeralContainers, ...spec } = (object as Pod).spec
      const rest = { ...object, spec }
      return [
        ...store.resource.strategy.validateUpdate(rest, rest),
        ...checkEphemeral(ephemeralContainers ?? [], spec),
      ]
    },
  }
}

function removalError(names: readonly string[]): FieldError {
  const list = names.map((name) => `"${name}"`).join(', ')
  const detail = `Forbidden: existing ephemeral containers ${list} may not be removed\n`
  return { type: 'FieldValueForbidden', field: 'spec.ephemeralContainers', detail }
}

/** What a container that is put into a running pod cannot have. */
const FORBIDDEN = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle'] as const

function checkEphemeral(
  containers: readonly EphemeralContainer[],
  spec: Pick<Pod['spec'], 'containers' | 'initContainers'>,
): FieldError[] {
  const errors: FieldError[] = []
  const names = new Set([...spec.containers, ...(spec.initContainers ?? [])].map((c) => c.name))
  for (const [index, container] of containers.entries()) {
    const field = `spec.ephemeralContainers[${index}]`
    if (!container.name) {
      const detail = 'Required value'
      errors.push({ type: 'FieldValueRequired', field: `${field}.name`, detail })
    } else if (names.has(container.name)) {
      const detail = `Duplicate value: ${JSON.stringify(container.name)}`
      errors.push({ type: 'FieldValueDuplicate', field: `${field}.name`, detail })
    }
    names.add(container.name)
    for (const name of FORBIDDEN) {
      if (container[name] === undefined) continue
      const detail = 'Forbidden: cannot be set for an Ephemeral Container'
      errors.push({ type: 'FieldValueForbidden', field: `${field}.${name}`, detail })
    }
  }
  return errors
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
