import type {
  HorizontalPodAutoscaler,
  HorizontalPodAutoscalerV1,
  MetricSpec,
  MetricStatus,
} from '../autoscaling/index.ts'
import {
  type FlatMetric,
  flattenMetric,
  flattenStatus,
  unflattenMetric,
  unflattenStatus,
} from './hpa-metrics.ts'

const PREFIX = 'autoscaling.alpha.kubernetes.io/'
/** Annotations in which `autoscaling/v1` tells what it has no fields for. */
const METRICS = `${PREFIX}metrics`
const CURRENT_METRICS = `${PREFIX}current-metrics`
const BEHAVIOR = `${PREFIX}behavior`
const CONDITIONS = `${PREFIX}conditions`
const ANNOTATIONS = [METRICS, CURRENT_METRICS, BEHAVIOR, CONDITIONS]

/** What v1 scales by when it names nothing: the use of CPU, in percent of the request. */
const DEFAULT_CPU_PERCENT = 80

/** A v1 autoscaler as the v2 one that is kept. */
export function fromAutoscalerV1(v1: HorizontalPodAutoscalerV1): HorizontalPodAutoscaler {
  const { metadata, spec, status, ...rest } = structuredClone(v1)
  const annotations = metadata.annotations ?? {}
  const { targetCPUUtilizationPercentage: cpu, ...specRest } = spec
  const { currentCPUUtilizationPercentage: now, ...statusRest } = status
  const metrics = [
    ...(cpu === undefined ? [] : [cpuMetric(cpu)]),
    ...parsed<FlatMetric>(annotations[METRICS]).map(unflattenMetric),
  ]
  const current = [
    ...(now === undefined ? [] : [cpuStatus(now)]),
    ...parsed<FlatMetric>(annotations[CURRENT_METRICS]).map(unflattenStatus),
  ]
  const behavior = parsedObject<NonNullable<HorizontalPodAutoscaler['spec']['behavior']>>(
    annotations[BEHAVIOR],
  )
  const conditions = parsed<NonNullable<HorizontalPodAutoscaler['status']['conditions']>[number]>(
    annotations[CONDITIONS],
  )
  return {
    ...rest,
    apiVersion: 'autoscaling/v2',
    metadata: withAnnotations(metadata, without(annotations)),
    spec: {
      ...specRest,
      metrics: metrics.length > 0 ? metrics : [cpuMetric(DEFAULT_CPU_PERCENT)],
      ...(behavior && { behavior }),
    },
    status: {
      ...statusRest,
      ...(current.length > 0 && { currentMetrics: current }),
      ...(conditions.length > 0 && { conditions }),
    },
  }
}

/** A v2 autoscaler as v1 tells it; what v1 has no fields for stands in annotations. */
export function toAutoscalerV1(v2: HorizontalPodAutoscaler): HorizontalPodAutoscalerV1 {
  const { metadata, spec, status, ...rest } = structuredClone(v2)
  const { metrics = [], behavior, ...specRest } = spec
  const { currentMetrics = [], conditions = [], currentReplicas = 0, ...statusRest } = status
  const cpu = metrics.find(isCpu)?.resource?.target.averageUtilization
  const now = currentMetrics.find(isCpuStatus)?.resource?.current.averageUtilization
  const others = metrics.filter((metric) => !isCpu(metric)).map(flattenMetric)
  const otherCurrent = currentMetrics.filter((m) => !isCpuStatus(m)).map(flattenStatus)
  const annotations = without(metadata.annotations ?? {})
  if (others.length > 0) annotations[METRICS] = JSON.stringify(others)
  if (otherCurrent.length > 0) annotations[CURRENT_METRICS] = JSON.stringify(otherCurrent)
  if (behavior) annotations[BEHAVIOR] = JSON.stringify(behaviorInOrder(behavior))
  if (conditions.length > 0) annotations[CONDITIONS] = JSON.stringify(conditions.map(inOrder))
  return {
    ...rest,
    apiVersion: 'autoscaling/v1',
    metadata: withAnnotations(metadata, annotations),
    spec: { ...specRest, ...(cpu !== undefined && { targetCPUUtilizationPercentage: cpu }) },
    status: {
      ...statusRest,
      currentReplicas,
      ...(now !== undefined && { currentCPUUtilizationPercentage: now }),
    },
  }
}

function cpuMetric(percent: number): MetricSpec {
  const target = { type: 'Utilization', averageUtilization: percent }
  return { type: 'Resource', resource: { name: 'cpu', target } }
}

function cpuStatus(percent: number): MetricStatus {
  const current = { averageUtilization: percent }
  return { type: 'Resource', resource: { name: 'cpu', current } }
}

const isCpu = ({ type, resource }: MetricSpec) =>
  type === 'Resource' &&
  resource?.name === 'cpu' &&
  resource.target.averageUtilization !== undefined

// A value beside the percentage has no place in v1's field.
const isCpuStatus = ({ type, resource }: MetricStatus) =>
  type === 'Resource' &&
  resource?.name === 'cpu' &&
  resource.current.averageUtilization !== undefined &&
  resource.current.averageValue === undefined

// The fields as Go writes them.
function behaviorInOrder(behavior: NonNullable<HorizontalPodAutoscaler['spec']['behavior']>) {
  const rules = (of: typeof behavior.scaleUp) =>
    of && {
      stabilizationWindowSeconds: of.stabilizationWindowSeconds,
      selectPolicy: of.selectPolicy,
      policies: of.policies?.map(({ type, value, periodSeconds }) => {
        return { type, value, periodSeconds }
      }),
      tolerance: of.tolerance,
    }
  return { scaleUp: rules(behavior.scaleUp), scaleDown: rules(behavior.scaleDown) }
}

function inOrder(condition: NonNullable<HorizontalPodAutoscaler['status']['conditions']>[number]) {
  const { type, status, lastTransitionTime = null, reason, message } = condition
  return { type, status, lastTransitionTime, reason, message }
}

function without(annotations: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(annotations).filter(([key]) => !ANNOTATIONS.includes(key))
  return Object.fromEntries(kept)
}

function withAnnotations<M extends { annotations?: Record<string, string> }>(
  metadata: M,
  annotations: Record<string, string>,
): M {
  const { annotations: _, ...rest } = metadata
  return { ...rest, ...(Object.keys(annotations).length > 0 && { annotations }) } as M
}

/** What a client wrote there need not be what we would have. */
function parseOrNothing(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? 'null')
  } catch {
    return undefined
  }
}

function parsed<T extends object>(text: string | undefined): T[] {
  const value = parseOrNothing(text)
  if (!Array.isArray(value)) return []
  return value.filter((item: unknown): item is T => typeof item === 'object' && item !== null)
}

function parsedObject<T extends object>(text: string | undefined): T | undefined {
  const value = parseOrNothing(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined
  return value as T
}
