import type { Clock } from '../../../base/index.ts'
import { apiVersionOf, type Resource } from '../../../api/index.ts'
import type { Kv } from '../../../kv/index.ts'
import type { Store } from '../registry/store.ts'
import { statusErrors } from '../status.ts'
import {
  bind,
  type KubeletClient,
  type SubresourceHandler,
  type SubresourceRouter,
} from '../subresources/index.ts'
import { componentStatuses } from './component-statuses.ts'
import { NodeSummaries, nodeUsage, podUsage } from './metrics/index.ts'

/** What the answers are made from. */
export interface VirtualParts {
  /** The core group's stores by plural. */
  readonly core: (plural: string) => Store | undefined
  /** The store of Leases. */
  readonly leases: Store | undefined
  readonly kv: Kv
  readonly clock: Clock
  /** What the nodes' agents have measured. */
  readonly summaries: NodeSummaries
}

/** Who answers for a resource of which nothing is stored. */
export type VirtualResource = (resource: Resource, parts: VirtualParts) => SubresourceHandler

/** By `group/version/plural`, the core group's without a group. */
const HANDLERS: Readonly<Record<string, VirtualResource>> = {
  'v1/bindings': bindings,
  'v1/componentstatuses': componentStatuses,
  'metrics.k8s.io/v1beta1/nodes': nodeUsage,
  'metrics.k8s.io/v1beta1/pods': podUsage,
}

/** Resources of which nothing is stored; the verbs of their declaration are all that they have. */
export function virtualResources(
  resources: readonly Resource[],
  from: Omit<VirtualParts, 'summaries'> & { readonly kubelet: KubeletClient },
): SubresourceRouter {
  const summaries = new NodeSummaries({ ...from, nodes: () => from.core('nodes') })
  const parts: VirtualParts = { ...from, summaries }
  const handlers = new Map<string, { resource: Resource; handle: SubresourceHandler }>()
  for (const resource of resources.filter(({ virtual }) => virtual)) {
    const key = `${apiVersionOf(resource)}/${resource.plural}`
    const make = HANDLERS[key]
    if (make) handlers.set(key, { resource, handle: make(resource, parts) })
  }
  return (at) => {
    const found = handlers.get(`${apiVersionOf(at)}/${at.plural}`)
    if (!found || at.subresource !== '') return undefined
    const { resource, handle } = found
    return async (exchange) => {
      if (!resource.verbs.includes(at.verb)) throw statusErrors.methodNotAllowed()
      return handle(exchange)
    }
  }
}

/** The way of old: POST of a Binding to a namespace's `bindings`. */
function bindings(_resource: Resource, { core }: VirtualParts): SubresourceHandler {
  return async (exchange) => {
    const pods = core('pods')
    if (!pods || exchange.at.namespace === '') throw statusErrors.unknownResource()
    return bind(pods, exchange, '')
  }
}
