import { endpointSliceColumns } from '../columns/index.ts'
import type { EndpointSlice } from '../discovery/index.ts'
import { EndpointSlice as declared } from '../discovery/index.ts'
import { defaultEndpointSlice } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import {
  bumpGeneration,
  defineResource,
  defineStrategy,
  keepGeneration,
  semanticEqual,
} from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateEndpointSlice,
  validateEndpointSliceUpdate,
  withMetadata,
} from '../validation/index.ts'

export const endpointSlices: Resource<EndpointSlice> = defineResource<EndpointSlice>({
  group: 'discovery.k8s.io',
  version: 'v1',
  kind: 'EndpointSlice',
  plural: 'endpointslices',
  struct: declared,
  columns: endpointSliceColumns,
  strategy: defineStrategy<EndpointSlice>({
    applyDefaults: defaultEndpointSlice,

    prepareForCreate(slice) {
      slice.metadata.generation = 1
      dropTopology(slice)
    },
    prepareForUpdate(slice, old) {
      keepGeneration(slice, old)
      if (!semanticEqual(slice.endpoints, old.endpoints)) dropTopology(slice, old)
      const same =
        semanticEqual(slice.endpoints, old.endpoints) &&
        semanticEqual(slice.ports, old.ports) &&
        semanticEqual(slice.metadata.labels, old.metadata.labels)
      if (!same) bumpGeneration(slice, old)
    },
    ...withMetadata<EndpointSlice>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      { create: validateEndpointSlice, update: validateEndpointSliceUpdate },
    ),
  }),
})

const HOST_NAME = 'kubernetes.io/hostname'

// What v1beta1 said of places is not taken any more: the node's name alone, where it was there.
function dropTopology(slice: EndpointSlice, old?: EndpointSlice): void {
  const known = new Set<string>()
  for (const { nodeName, deprecatedTopology } of old?.endpoints ?? []) {
    const name = nodeName === undefined ? deprecatedTopology?.[HOST_NAME] : undefined
    if (name !== undefined) known.add(name)
  }
  for (const endpoint of slice.endpoints ?? []) {
    const name = endpoint.deprecatedTopology?.[HOST_NAME]
    if (endpoint.nodeName === undefined && name !== undefined && known.has(name)) {
      endpoint.nodeName = name
    }
    delete endpoint.deprecatedTopology
  }
}
