import type { HttpResponse } from '../../../../base/index.ts'
import type { KubeObject, Node, Pod, Resource } from '../../../../api/index.ts'
import { resourceCodec } from '../../codec.ts'
import { type Exchange, replyContext } from '../../exchange.ts'
import { namespacePrefix } from '../../keys.ts'
import { listOptions } from '../../options.ts'
import { parseSelection } from '../../registry/select.ts'
import type { Store } from '../../registry/store.ts'
import { replyObject, replyObjects } from '../../respond.ts'
import { statusErrors } from '../../status.ts'
import type { SubresourceHandler } from '../../subresources/index.ts'
import type { VirtualParts } from '../index.ts'
import { nodeMetricsOf, podMetricsOf } from './objects.ts'
import type { Summary } from './summary.ts'

export { NodeSummaries } from './node-summaries.ts'

/** Whose usage is told, and how. */
interface Measured<T extends KubeObject> {
  /** As metrics-server names it where there is none. */
  readonly missing: string
  readonly store: () => Store | undefined
  /** The node whose agent knows; undefined: nobody does. */
  readonly nodeOf: (object: T) => string | undefined
  readonly metricsOf: (
    object: T,
    summary: Summary | undefined,
    nowMs: number,
  ) => KubeObject | undefined
}

/** What nodes use, told by their agents. */
export function nodeUsage(resource: Resource, parts: VirtualParts): SubresourceHandler {
  return usageOf<Node>(resource, parts, {
    missing: 'nodemetrics',
    store: () => parts.core('nodes'),
    nodeOf: ({ metadata }) => metadata.name,
    metricsOf: nodeMetricsOf,
  })
}

/** What pods use, told by the agents of their nodes. */
export function podUsage(resource: Resource, parts: VirtualParts): SubresourceHandler {
  return usageOf<Pod>(resource, parts, {
    missing: 'podmetrics',
    store: () => parts.core('pods'),
    nodeOf: ({ spec, status }) => (status?.phase === 'Running' ? spec.nodeName : undefined),
    metricsOf: podMetricsOf,
  })
}

function usageOf<T extends KubeObject>(
  resource: Resource,
  { summaries }: VirtualParts,
  of: Measured<T>,
): SubresourceHandler {
  const codec = resourceCodec(resource)
  const measure = async (objects: readonly T[], nowMs: number) => {
    const nodes = objects.map((object) => of.nodeOf(object))
    const found = await summaries.of(nodes.filter((name) => name !== undefined))
    return objects.flatMap((object, index) => {
      const metrics = of.metricsOf(object, found.get(nodes[index] ?? ''), nowMs)
      return metrics ? [metrics] : []
    })
  }
  return async (exchange): Promise<HttpResponse> => {
    const { at } = exchange
    const nowMs = exchange.nowMs()
    const context = jsonOf(exchange)
    const selection = parseSelection(resource, listOptions(exchange.query, false))
    const store = of.store()
    const prefix = store && namespacePrefix(store.resource, at.namespace)
    if (at.verb === 'list') {
      const all = store?.cache.list(prefix ?? '').filter(selection.matches) ?? []
      const metrics = await measure(
        all.map((object) => object.parse() as T),
        nowMs,
      )
      return replyObjects(context, codec, metrics)
    }
    const known = store?.cache.get(`${prefix}${at.name}`)
    if (!known) throw statusErrors.notFound({ group: '', plural: resource.plural }, at.name)
    const [served] = await measure([known.parse() as T], nowMs)
    if (!served) {
      const name = at.namespace === '' ? at.name : `${at.namespace}/${at.name}`
      throw statusErrors.notFound({ group: resource.group, plural: of.missing }, name)
    }
    const whole = { kind: resource.kind, apiVersion: `${resource.group}/${resource.version}` }
    return replyObject(context, codec, { status: 200, served: { ...whole, ...served } })
  }
}

/** A window is text in JSON but a message in protobuf: those who would take either get JSON. */
function jsonOf(exchange: Exchange): ReturnType<typeof replyContext> {
  const context = replyContext(exchange)
  const { accepted } = context
  if (accepted.format !== 'protobuf') return context
  return { ...context, accepted: { ...accepted, format: 'json' } }
}
