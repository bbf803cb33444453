import type { DeepReadonly } from '../../base/index.ts'
import {
  formatQuantity,
  isPodReady,
  type MetricSpec,
  type MetricStatus,
  type MetricTarget,
  type Pod,
  quantityMilliValue,
} from '../../api/index.ts'
import { type MetricsClient, selectorText } from './autoscaler-metrics.ts'
import {
  MetricError,
  type PodsGoal,
  replicasForPods,
  replicasForTotal,
  replicasForValue,
  requestOf,
  type Sample,
  type Tolerances,
} from './autoscaler-replicas.ts'
import type { Cached } from './runtime.ts'

type Call = { signal: AbortSignal }

/** What the metrics of an autoscaler are about. */
export interface Scaled {
  readonly namespace: string
  /** Selects the pods, as text. */
  readonly selector: string
  readonly pods: readonly Cached<Pod>[]
  readonly current: number
  /** How many replicas the target says that it has. */
  readonly observed: number
  readonly tolerances: Tolerances
  readonly nowMs: number
}

export interface Proposed {
  readonly replicas: number
  /** The metric in words, for conditions and events. */
  readonly metric: string
  readonly status: MetricStatus
}

/** Reasons of the condition `ScalingActive` when a metric fails. */
export const FAILURES: Readonly<Record<string, string>> = {
  Resource: 'FailedGetResourceMetric',
  ContainerResource: 'FailedGetContainerResourceMetric',
  Pods: 'FailedGetPodsMetric',
  Object: 'FailedGetObjectMetric',
  External: 'FailedGetExternalMetric',
}

/** What could not be had, in the words that tell of the first of several failures. */
export function failedSource(spec: DeepReadonly<MetricSpec>): string {
  if (spec.resource) return `${spec.resource.name} resource metric value`
  if (spec.containerResource) return `${spec.containerResource.container} container metric value`
  if (spec.pods) return 'pods metric value'
  if (spec.object) return 'object metric value'
  return `${spec.external?.metric.name ?? ''} external metric value`
}

/** Says in which attempt a metric failed. */
async function during<T>(words: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (error) {
    if (!(error instanceof MetricError)) throw error
    throw new MetricError(`${words}: ${error.message}`, { cause: error })
  }
}

/** The number of replicas that one metric asks for. Throws `MetricError`. */
export async function proposeReplicas(
  spec: DeepReadonly<MetricSpec>,
  of: { scaled: Scaled; metrics: MetricsClient; resourceOf: ResourceOf },
  call: Call,
): Promise<Proposed> {
  const { scaled, metrics } = of
  const source = spec.resource ?? spec.containerResource
  if (source) {
    const what = source.target.averageValue === undefined ? 'utilization' : 'usage'
    return during(`failed to get ${source.name} ${what}`, () =>
      proposeForResource({ ...source, type: spec.type }, of, call),
    )
  }
  if (spec.pods) {
    const { metric, target } = spec.pods
    const metricSelector = selectorText(metric.selector)
    const samples = await during(`unable to get metric ${metric.name}`, () =>
      metrics.pods({ ...scaled, metric: metric.name, metricSelector }, call),
    )
    const { replicas, average } = plainReplicas(samples, target, scaled, false)
    const current = { averageValue: milliText(average) }
    const status = { type: 'Pods', pods: { metric: structuredClone(metric), current } }
    return { replicas, metric: `pods metric ${metric.name}`, status: status as MetricStatus }
  }
  if (spec.object) return proposeForObject(spec.object, of, call)
  if (spec.external) return proposeForExternal(spec.external, of, call)
  throw new MetricError(`unknown metric source type ${JSON.stringify(spec.type)}`)
}

/** The plural, with its group, of a kind. */
export type ResourceOf = (
  reference: { apiVersion: string; kind: string },
  call: Call,
) => Promise<string>

async function proposeForResource(
  source: {
    readonly type: string
    readonly name: string
    readonly target: DeepReadonly<MetricTarget>
    readonly container?: string
  },
  { scaled, metrics }: { scaled: Scaled; metrics: MetricsClient },
  call: Call,
): Promise<Proposed> {
  const { name, target, container } = source
  const isCpu = name === 'cpu'
  const where = container === undefined ? {} : { container }
  const samples = await during(`unable to get metrics for resource ${name}`, () =>
    metrics.resource({ ...scaled, resource: name, ...where }, call),
  )
  const what = container === undefined ? 'resource' : 'container resource'
  const key = container === undefined ? 'resource' : 'containerResource'
  const statusOf = (current: object) =>
    ({ type: source.type, [key]: { name, ...where, current } }) as MetricStatus
  if (target.averageValue !== undefined) {
    const { replicas, average } = plainReplicas(samples, target, scaled, isCpu)
    const status = statusOf({ averageValue: milliText(average) })
    return { replicas, metric: `${name} ${what}`, status }
  }
  const percent = target.averageUtilization ?? 0
  const byName = new Map(scaled.pods.map((pod) => [pod.metadata.name, pod]))
  const request = (pod: string) => {
    const found = byName.get(pod)
    return found ? requestOf(found, name, container) : 0
  }
  const fallbackOf = (pod: string) => (request(pod) * Math.max(100, percent)) / 100
  const goal = { kind: 'utilization', shareOf: request, target: percent, fallbackOf } as const
  const { replicas, level, average } = replicasForPods(scaled.pods, samples, {
    ...scaled,
    isCpu,
    goal,
  })
  const status = statusOf({ averageUtilization: level, averageValue: milliText(average) })
  return { replicas, metric: `${name} ${what} utilization (percentage of request)`, status }
}

function plainReplicas(
  samples: ReadonlyMap<string, Sample>,
  spec: DeepReadonly<MetricTarget>,
  scaled: Scaled,
  isCpu: boolean,
): { replicas: number; average: number } {
  const target = quantityMilliValue(spec.averageValue ?? '0')
  const kind = 'average'
  const goal: PodsGoal = { kind, target, shareOf: () => 1, fallbackOf: () => target }
  return replicasForPods(scaled.pods, samples, { ...scaled, isCpu, goal })
}

async function proposeForObject(
  source: NonNullable<DeepReadonly<MetricSpec>['object']>,
  {
    scaled,
    metrics,
    resourceOf,
  }: {
    scaled: Scaled
    metrics: MetricsClient
    resourceOf: ResourceOf
  },
  call: Call,
): Promise<Proposed> {
  const { metric, target, describedObject } = source
  const { apiVersion = 'v1', kind, name } = describedObject
  const resource = await resourceOf({ apiVersion, kind }, call)
  const metricSelector = selectorText(metric.selector)
  const at = { ...scaled, resource, name, metric: metric.name, metricSelector }
  const usage = await metrics.object(at, call)
  const { replicas, current } = byTarget(usage, target, scaled)
  const object = { metric, describedObject, current }
  return {
    replicas,
    metric: `${kind} metric ${metric.name}`,
    status: structuredClone({ type: 'Object', object }) as MetricStatus,
  }
}

async function proposeForExternal(
  source: NonNullable<DeepReadonly<MetricSpec>['external']>,
  { scaled, metrics }: { scaled: Scaled; metrics: MetricsClient },
  call: Call,
): Promise<Proposed> {
  const { metric, target } = source
  const metricSelector = selectorText(metric.selector)
  const { namespace } = scaled
  const usage = await metrics.external({ namespace, metric: metric.name, metricSelector }, call)
  const { replicas, current } = byTarget(usage, target, scaled)
  const status = structuredClone({ type: 'External', external: { metric, current } })
  const text = selectorText(metric.selector)
  const words = `external metric ${metric.name}${text === '' ? '(nil)' : `(${text})`}`
  return { replicas, metric: words, status: status as MetricStatus }
}

function byTarget(
  usage: number,
  target: DeepReadonly<MetricTarget>,
  scaled: Scaled,
): { replicas: number; current: object } {
  if (target.averageValue !== undefined) {
    const goal = quantityMilliValue(target.averageValue)
    const { observed: current, tolerances } = scaled
    const replicas = replicasForTotal(usage, { current, target: goal, tolerances })
    const average = current === 0 ? usage : Math.ceil(usage / current)
    return { replicas, current: { averageValue: milliText(average) } }
  }
  const goal = quantityMilliValue(target.value ?? '0')
  const ready = scaled.pods.filter(
    (pod) => pod.status?.phase === 'Running' && isPodReady(pod),
  ).length
  const replicas = replicasForValue(usage, { ...scaled, ready, target: goal })
  return { replicas, current: { value: milliText(usage) } }
}

const milliText = (milli: number) =>
  formatQuantity({ nanos: BigInt(Math.trunc(milli)) * 1_000_000n, format: 'DecimalSI' })
