import type { DeepReadonly } from '../../base/index.ts'
import {
  formatLabelSelector,
  goDurationMs,
  type LabelSelector,
  quantityMilliValue,
} from '../../api/index.ts'
import type { Client } from '../../client/index.ts'
import { MetricError, type Sample } from './autoscaler-replicas.ts'

type Call = { signal: AbortSignal }

interface PodMetrics {
  readonly metadata: { readonly name: string }
  readonly timestamp: string
  readonly window: string
  readonly containers: readonly {
    readonly name: string
    readonly usage: Readonly<Record<string, string>>
  }[]
}

interface MetricValues {
  readonly items: readonly {
    readonly describedObject?: { readonly name: string }
    readonly timestamp: string
    readonly windowSeconds?: number
    readonly value: string
  }[]
}

const WINDOW_MS = 60_000

/** The three metrics APIs; who serves them does not matter. */
export class MetricsClient {
  readonly #client: Client

  constructor(client: Client) {
    this.#client = client
  }

  /** What each pod, or one container of it, uses of a resource, in thousandths. */
  async resource(
    of: { namespace: string; selector: string; resource: string; container?: string },
    call: Call,
  ): Promise<Map<string, Sample>> {
    const query = new URLSearchParams({ labelSelector: of.selector })
    const path = `/apis/metrics.k8s.io/v1beta1/namespaces/${of.namespace}/pods?${query.toString()}`
    const { items } = await this.#get<{ items: readonly PodMetrics[] }>(
      path,
      'resource metrics API',
      call,
    )
    if (items.length === 0) throw new MetricError('no metrics returned from resource metrics API')
    const samples = new Map<string, Sample>()
    for (const { metadata, timestamp, window, containers } of items) {
      const those = containers.filter(
        ({ name }) => of.container === undefined || name === of.container,
      )
      const values = those.map(({ usage }) => usage[of.resource])
      if (values.length === 0 || values.includes(undefined)) continue
      const value = values.reduce((sum, text) => sum + quantityMilliValue(text ?? '0'), 0)
      const windowMs = goDurationMs(window) ?? WINDOW_MS
      samples.set(metadata.name, { value, atMs: Date.parse(timestamp), windowMs })
    }
    return samples
  }

  async pods(
    of: { namespace: string; selector: string; metric: string; metricSelector: string },
    call: Call,
  ): Promise<Map<string, Sample>> {
    const query = new URLSearchParams({ labelSelector: of.selector })
    if (of.metricSelector !== '') query.set('metricLabelSelector', of.metricSelector)
    const path = `${CUSTOM}/namespaces/${of.namespace}/pods/*/${of.metric}?${query.toString()}`
    const { items } = await this.#get<MetricValues>(path, 'custom metrics API', call)
    if (items.length === 0) throw new MetricError('no metrics returned from custom metrics API')
    return new Map(
      items.map(({ describedObject, value, timestamp, windowSeconds }) => [
        describedObject?.name ?? '',
        {
          value: quantityMilliValue(value),
          atMs: Date.parse(timestamp),
          windowMs: windowSeconds === undefined ? WINDOW_MS : windowSeconds * 1000,
        },
      ]),
    )
  }

  /** One object's value. `resource`: its plural with group, `ingresses.networking.k8s.io`. */
  async object(
    of: {
      namespace: string
      resource: string
      name: string
      metric: string
      metricSelector: string
    },
    call: Call,
  ): Promise<number> {
    const query = of.metricSelector === '' ? '' : `?${metricQuery(of.metricSelector)}`
    const where = of.resource === 'namespaces' ? '' : `/${of.resource}/${of.name}`
    const path = `${CUSTOM}/namespaces/${of.namespace}${where || '/metrics'}/${of.metric}${query}`
    const { items } = await this.#get<MetricValues>(path, 'custom metrics API', call)
    const [first] = items
    if (!first) throw new MetricError('no metrics returned from custom metrics API')
    return quantityMilliValue(first.value)
  }

  /** The sum of a metric's values. */
  async external(
    of: { namespace: string; metric: string; metricSelector: string },
    call: Call,
  ): Promise<number> {
    const query = new URLSearchParams({ labelSelector: of.metricSelector })
    const path = `/apis/external.metrics.k8s.io/v1beta1/namespaces/${of.namespace}/${of.metric}?${query.toString()}`
    const { items } = await this.#get<MetricValues>(path, 'external metrics API', call)
    if (items.length === 0) throw new MetricError('no metrics returned from external metrics API')
    return items.reduce((sum, { value }) => sum + quantityMilliValue(value), 0)
  }

  async #get<T>(path: string, api: string, call: Call): Promise<T> {
    try {
      return (await this.#client.request({ method: 'GET', path }, call)) as T
    } catch (error) {
      if (call.signal.aborted) throw error
      const why = error instanceof Error ? error.message : 'unknown error'
      throw new MetricError(`unable to fetch metrics from ${api}: ${why}`, { cause: error })
    }
  }
}

const CUSTOM = '/apis/custom.metrics.k8s.io/v1beta2'

const metricQuery = (selector: string) =>
  new URLSearchParams({ metricLabelSelector: selector }).toString()

export function selectorText(selector: DeepReadonly<LabelSelector> | undefined): string {
  return selector ? formatLabelSelector(selector) : ''
}
