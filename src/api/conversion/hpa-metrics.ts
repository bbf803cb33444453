import type { MetricSpec, MetricStatus } from '../autoscaling/index.ts'

/**
 * Metrics as `autoscaling/v1` writes them in annotations: flat, each kind with names of its own
 * (upstream's `autoscaling/v1` MetricSpec and MetricStatus, in their order of fields).
 */
export interface FlatMetric {
  readonly type?: string
  readonly object?: Flat
  readonly pods?: Flat
  readonly resource?: Flat
  readonly containerResource?: Flat
  readonly external?: Flat
}

type Flat = Readonly<Record<string, unknown>>
type Target = NonNullable<MetricSpec['resource']>['target']
type Current = NonNullable<MetricStatus['resource']>['current']
type Reference = NonNullable<MetricSpec['object']>['describedObject']
type Selector = NonNullable<MetricSpec['pods']>['metric']['selector']

/** A v2 metric, flat. */
export function flattenMetric(metric: MetricSpec): FlatMetric {
  const { type, object, pods, resource, containerResource, external } = metric
  return compact({
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      targetValue: object.target.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.target.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      targetAverageValue: pods.target.averageValue ?? '0',
      selector: pods.metric.selector,
    },
    resource: resource && { name: resource.name, ...flatTarget(resource.target) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...flatTarget(containerResource.target),
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      targetValue: external.target.value,
      targetAverageValue: external.target.averageValue,
    },
  })
}

const flatTarget = (target: Target) => ({
  targetAverageUtilization: target.averageUtilization,
  targetAverageValue: target.averageValue,
})

/** A flat metric as v2 has it. */
export function unflattenMetric(metric: FlatMetric): MetricSpec {
  const { object, pods, resource, containerResource, external } = metric
  return compact({
    type: text(metric.type),
    object: object && {
      describedObject: reference(object['target']),
      metric: identifier(object['metricName'], object['selector']),
      target: targetOf({ value: object['targetValue'], average: object['averageValue'] }),
    },
    pods: pods && {
      metric: identifier(pods['metricName'], pods['selector']),
      target: { type: 'AverageValue', averageValue: text(pods['targetAverageValue']) },
    },
    resource: resource && { name: text(resource['name']), target: resourceTarget(resource) },
    containerResource: containerResource && {
      container: text(containerResource['container']),
      name: text(containerResource['name']),
      target: resourceTarget(containerResource),
    },
    external: external && {
      metric: identifier(external['metricName'], external['metricSelector']),
      target: targetOf({ value: external['targetValue'], average: external['targetAverageValue'] }),
    },
  })
}

function targetOf(of: { value: unknown; average: unknown }): Target {
  return compact({
    type: of.average === undefined ? 'Value' : 'AverageValue',
    value: optionalText(of.value),
    averageValue: optionalText(of.average),
  })
}

function resourceTarget(flat: Flat): Target {
  const utilization = flat['targetAverageUtilization']
  return compact({
    type: utilization === undefined ? 'AverageValue' : 'Utilization',
    averageUtilization: optionalNumber(utilization),
    averageValue: optionalText(flat['targetAverageValue']),
  })
}

/** The state of a v2 metric, flat. */
export function flattenStatus(metric: MetricStatus): FlatMetric {
  const { type, object, pods, resource, containerResource, external } = metric
  return compact({
    type,
    object: object && {
      target: object.describedObject,
      metricName: object.metric.name,
      currentValue: object.current.value ?? '0',
      selector: object.metric.selector,
      averageValue: object.current.averageValue,
    },
    pods: pods && {
      metricName: pods.metric.name,
      currentAverageValue: pods.current.averageValue ?? '0',
      selector: pods.metric.selector,
    },
    resource: resource && { name: resource.name, ...flatCurrent(resource.current) },
    containerResource: containerResource && {
      name: containerResource.name,
      ...flatCurrent(containerResource.current),
      container: containerResource.container,
    },
    external: external && {
      metricName: external.metric.name,
      metricSelector: external.metric.selector,
      currentValue: external.current.value ?? '0',
      currentAverageValue: external.current.averageValue,
    },
  })
}

const flatCurrent = (current: Current) => ({
  currentAverageUtilization: current.averageUtilization,
  currentAverageValue: current.averageValue ?? '0',
})

/** The flat state of a metric as v2 has it. */
export function unflattenStatus(metric: FlatMetric): MetricStatus {
  const { object, pods, resource, containerResource, external } = metric
  return compact({
    type: text(metric.type),
    object: object && {
      current: currentOf({ value: object['currentValue'], average: object['averageValue'] }),
      describedObject: reference(object['target']),
      metric: identifier(object['metricName'], object['selector']),
    },
    pods: pods && {
      current: currentOf({ average: pods['currentAverageValue'] }),
      metric: identifier(pods['metricName'], pods['selector']),
    },
    resource: resource && { current: resourceCurrent(resource), name: text(resource['name']) },
    containerResource: containerResource && {
      container: text(containerResource['container']),
      current: resourceCurrent(containerResource),
      name: text(containerResource['name']),
    },
    external: external && {
      current: currentOf({
        value: external['currentValue'],
        average: external['currentAverageValue'],
      }),
      metric: identifier(external['metricName'], external['metricSelector']),
    },
  })
}

function currentOf(of: { value?: unknown; average: unknown }): Current {
  return compact({ value: optionalText(of.value), averageValue: optionalText(of.average) })
}

function resourceCurrent(flat: Flat): Current {
  return compact({
    averageUtilization: optionalNumber(flat['currentAverageUtilization']),
    averageValue: optionalText(flat['currentAverageValue']),
  })
}

function identifier(name: unknown, selector: unknown) {
  const known = isRecord(selector) ? (selector as Selector) : undefined
  return compact({ name: text(name), selector: known })
}

function reference(value: unknown): Reference {
  const { kind, name, apiVersion } = isRecord(value) ? value : {}
  return compact({ kind: text(kind), name: text(name), apiVersion: optionalText(apiVersion) })
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const text = (value: unknown) => (typeof value === 'string' ? value : '')
const optionalText = (value: unknown) => (typeof value === 'string' ? value : undefined)
const optionalNumber = (value: unknown) => (typeof value === 'number' ? value : undefined)

/** Without what is not there, all the way down. */
function compact<T extends object>(record: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => [key, isRecord(value) ? compact(value) : value])
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> }
}
