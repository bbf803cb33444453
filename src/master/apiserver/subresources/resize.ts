import { type KubeObject, type Pod, validatePodResize } from '../../../api/index.ts'
import type { UpdateRules } from '../registry/update.ts'
import { get, patch, update } from '../resource-handler.ts'
import { statusErrors } from '../status.ts'
import type { Subresource } from './router.ts'

type Containers = Pod['spec']['containers']

// Everything but what the containers may use is kept as it was.
const RULES: UpdateRules = {
  subresource: 'resize',
  prepare: (object: KubeObject, old: KubeObject) => {
    const wanted = object as Pod
    const { spec, status, metadata } = structuredClone(old as Pod)
    spec.containers = resized(spec.containers, wanted.spec.containers)
    if (spec.initContainers) {
      spec.initContainers = resized(spec.initContainers, wanted.spec.initContainers ?? [])
    }
    const { resourceVersion, managedFields } = object.metadata
    if (resourceVersion !== undefined) metadata.resourceVersion = resourceVersion
    if (managedFields !== undefined) metadata.managedFields = managedFields
    Object.assign(object, { metadata, spec, status })
  },
  validate: (object, old) => validatePodResize(object as Pod, old as Pod),
}

/** The containers as they were, with the resources of those of the same name. */
function resized(containers: Containers, wanted: Containers): Containers {
  return containers.map((container) => {
    const named = wanted.find(({ name }) => name === container.name)
    if (!named) return container
    const { resources: _, resizePolicy: __, ...rest } = container
    const { resources, resizePolicy } = named
    return { ...rest, ...(resources && { resources }), ...(resizePolicy && { resizePolicy }) }
  })
}

/** `resize` of a pod: how much of CPU and memory its containers may use, while they run. */
export const resize: Subresource = (store) => (exchange) => {
  switch (exchange.at.verb) {
    case 'get':
      return get(store, exchange)
    case 'update':
      return update(store, exchange, RULES)
    case 'patch':
      return patch(store, exchange, RULES)
    default:
      return Promise.reject(statusErrors.methodNotAllowed())
  }
}
