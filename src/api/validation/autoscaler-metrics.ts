import type { DeepReadonly } from '../../base/index.ts'
import type {
  CrossVersionObjectReference,
  MetricIdentifier,
  MetricSpec,
  MetricTarget,
} from '../autoscaling/index.ts'
import { compareQuantities } from '../quantity/index.ts'
import type { FieldError } from '../schema/index.ts'
import { forbidden, invalid, notSupported, required } from './field-errors.ts'
import { dns1123LabelErrors, pathSegmentErrors } from './names.ts'
import { each } from './pod/common.ts'
import { validateContainerResource } from './pod/resources.ts'
import { goQuantity } from './quantities.ts'

const SOURCES = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
} as const
const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource']

type Source = (typeof SOURCES)[keyof typeof SOURCES]

const isType = (type: string): type is keyof typeof SOURCES => type in SOURCES

export function validateMetrics(
  metrics: readonly DeepReadonly<MetricSpec>[],
  path: string,
  minReplicas: number | undefined,
): FieldError[] {
  const errors = metrics.flatMap((metric, i) => validateMetric(metric, `${path}[${i}]`))
  const mayRest = metrics.some(({ type }) => type === 'Object' || type === 'External')
  if (minReplicas === 0 && !mayRest) {
    const what = 'at least one Object or External metric'
    errors.push(forbidden(path, `must specify ${what} to support scaling to zero replicas`))
  }
  return errors
}

function validateMetric(metric: DeepReadonly<MetricSpec>, path: string): FieldError[] {
  const { type } = metric
  const errors: FieldError[] = []
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric source type'))
  if (!isType(type)) errors.push(notSupported(`${path}.type`, type, TYPES))
  const present = Object.values(SOURCES).filter((name) => metric[name] !== undefined)
  const [first] = present
  if (first) errors.push(...validateSource(metric, first, `${path}.${first}`))
  // Upstream says it twice.
  if (!isType(type)) errors.push(notSupported(`${path}.type`, type, TYPES))
  const expected = isType(type) ? SOURCES[type] : undefined
  if (expected && metric[expected] === undefined) {
    const detail = 'must populate information for the given metric source'
    errors.push(required(`${path}.${expected}`, detail))
  }
  if (present.length !== 1) {
    for (const name of present.filter((each) => each !== expected)) {
      errors.push(forbidden(`${path}.${name}`, 'must populate the given metric source only'))
    }
  }
  return errors
}

function validateSource(
  metric: DeepReadonly<MetricSpec>,
  name: Source,
  path: string,
): FieldError[] {
  switch (name) {
    case 'object': {
      const source = metric.object
      if (!source) return []
      return [
        ...validateReference(source.describedObject, `${path}.describedObject`),
        ...validateIdentifier(source.metric, `${path}.metric`),
        ...validateTarget(source.target, `${path}.target`),
        ...validateValueTarget(source.target, `${path}.target`, 'value or averageValue'),
      ]
    }
    case 'external': {
      const source = metric.external
      if (!source) return []
      const { target } = source
      const both = target?.value !== undefined && target.averageValue !== undefined
      const detail = 'may not set both a target value for metric and a per-pod target'
      return [
        ...validateIdentifier(source.metric, `${path}.metric`),
        ...validateTarget(target, `${path}.target`),
        ...validateValueTarget(target, `${path}.target`, PER_POD),
        ...(both ? [forbidden(`${path}.target.value`, detail)] : []),
      ]
    }
    case 'pods': {
      const source = metric.pods
      if (!source) return []
      const at = `${path}.target.averageValue`
      const detail = 'must specify a positive target averageValue'
      return [
        ...validateIdentifier(source.metric, `${path}.metric`),
        ...validateTarget(source.target, `${path}.target`),
        ...(source.target?.averageValue === undefined ? [required(at, detail)] : []),
      ]
    }
    case 'resource': {
      const { name, target } = metric.resource ?? {}
      const missing = name ? [] : [required(`${path}.name`, 'must specify a resource name')]
      return [...missing, ...validateUsage(target, `${path}.target`)]
    }
    case 'containerResource': {
      const { name, container, target } = metric.containerResource ?? {}
      const at = `${path}.container`
      return [
        ...(name
          ? validateContainerResource(name, `${path}.name`)
          : [required(`${path}.name`, 'must specify a resource name')]),
        ...(container
          ? each(at, container, dns1123LabelErrors(container))
          : [required(at, 'must specify a container')]),
        ...validateUsage(target, `${path}.target`),
      ]
    }
  }
}

function validateUsage(target: DeepReadonly<MetricTarget> | undefined, path: string): FieldError[] {
  const errors = validateTarget(target, path)
  const { averageUtilization, averageValue } = target ?? {}
  if (averageUtilization === undefined && averageValue === undefined) {
    const detail = 'must set either a target raw value or a target utilization'
    errors.push(required(`${path}.averageUtilization`, detail))
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    const detail = 'may not set both a target raw value and a target utilization'
    errors.push(forbidden(`${path}.averageValue`, detail))
  }
  return errors
}

const isPositive = (quantity: string) => compareQuantities(quantity, '0') > 0

function validateTarget(
  target: DeepReadonly<MetricTarget> | undefined,
  path: string,
): FieldError[] {
  const { type = '', value, averageValue, averageUtilization } = target ?? {}
  const errors: FieldError[] = []
  if (type === '') errors.push(required(`${path}.type`, 'must specify a metric target type'))
  if (!['Utilization', 'Value', 'AverageValue'].includes(type)) {
    const detail = 'must be either Utilization, Value, or AverageValue'
    errors.push(invalid(`${path}.type`, type, detail))
  }
  if (value !== undefined && !isPositive(value)) {
    errors.push(invalid(`${path}.value`, goQuantity(value), 'must be positive'))
  }
  if (averageValue !== undefined && !isPositive(averageValue)) {
    errors.push(invalid(`${path}.averageValue`, goQuantity(averageValue), 'must be positive'))
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    const detail = 'must be greater than 0'
    errors.push(invalid(`${path}.averageUtilization`, averageUtilization, detail))
  }
  return errors
}

const PER_POD = 'value for metric or a per-pod target'

function validateValueTarget(
  target: DeepReadonly<MetricTarget> | undefined,
  path: string,
  what: string,
): FieldError[] {
  if (target?.value !== undefined || target?.averageValue !== undefined) return []
  return [required(`${path}.averageValue`, `must set either a target ${what}`)]
}

function validateIdentifier(
  metric: DeepReadonly<MetricIdentifier> | undefined,
  path: string,
): FieldError[] {
  const name = metric?.name ?? ''
  if (name === '') return [required(`${path}.name`, 'must specify a metric name')]
  return each(`${path}.name`, name, pathSegmentErrors(name))
}

/** An object of any kind, by kind and name. */
export function validateReference(
  reference: DeepReadonly<CrossVersionObjectReference> | undefined,
  path: string,
): FieldError[] {
  const errors: FieldError[] = []
  for (const part of ['kind', 'name'] as const) {
    const value = reference?.[part] ?? ''
    if (value === '') errors.push(required(`${path}.${part}`))
    else errors.push(...each(`${path}.${part}`, value, pathSegmentErrors(value)))
  }
  return errors
}
