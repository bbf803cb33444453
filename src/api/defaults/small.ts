import type { Endpoints, Namespace, Node, Secret } from '../core/index.ts'
import type { EndpointSlice } from '../discovery/index.ts'
import { roundToMilli } from './resources.ts'

/** The label by which selectors find a namespace by its name (KEP-2161). */
export const NAMESPACE_NAME_LABEL = 'kubernetes.io/metadata.name'

export function defaultNamespace(namespace: Namespace): void {
  namespace.spec ??= {}
  namespace.status ??= {}
  namespace.status.phase ||= 'Active'
  const { name } = namespace.metadata
  if (!name) return
  namespace.metadata.labels ??= {}
  namespace.metadata.labels[NAMESPACE_NAME_LABEL] = name
}

export function defaultNode(node: Node): void {
  node.spec ??= {}
  const { spec, status } = node
  const first = spec.podCIDRs?.[0]
  if (spec.podCIDR && first !== spec.podCIDR) spec.podCIDRs = [spec.podCIDR]
  else if (first !== undefined) spec.podCIDR = first
  if (status?.capacity && !status.allocatable) status.allocatable = { ...status.capacity }
  roundToMilli(status?.capacity)
  roundToMilli(status?.allocatable)
}

/** `stringData` is for writers alone: it overrides `data`, which holds Base64. */
export function defaultSecret(secret: Secret): void {
  secret.type ||= 'Opaque'
  if (secret.stringData === undefined) return
  const entries = Object.entries(secret.stringData).map(([key, text]) => {
    return [key, Buffer.from(text, 'utf8').toString('base64')] as const
  })
  secret.data = { ...secret.data, ...Object.fromEntries(entries) }
  delete secret.stringData
}

export function defaultEndpoints(endpoints: Endpoints): void {
  for (const subset of endpoints.subsets ?? []) {
    for (const port of subset.ports ?? []) port.protocol ||= 'TCP'
  }
}

export function defaultEndpointSlice(slice: EndpointSlice): void {
  for (const port of slice.ports ?? []) {
    port.name ??= ''
    port.protocol ??= 'TCP'
  }
}
