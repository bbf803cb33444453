import type {
  HorizontalPodAutoscaler,
  MetricSpec,
  MetricStatus,
  MetricTarget,
  MetricValueStatus,
} from '../autoscaling/index.ts'
import type { PodDisruptionBudget } from '../policy/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, integer, nameColumn, NONE, UNKNOWN } from './common.ts'

export const podDisruptionBudgetColumns: readonly Column<PodDisruptionBudget>[] = [
  nameColumn(),
  column('Min Available', 'How many pods must stay.', ({ spec }) =>
    String(spec?.minAvailable ?? 'N/A'),
  ),
  column('Max Unavailable', 'How many pods may be missing.', ({ spec }) =>
    String(spec?.maxUnavailable ?? 'N/A'),
  ),
  integer(
    'Allowed Disruptions',
    'How many pods may be evicted now.',
    ({ status }) => status?.disruptionsAllowed ?? 0,
  ),
  ageColumn(),
]

export const autoscalerColumns: readonly Column<HorizontalPodAutoscaler>[] = [
  nameColumn(),
  column(
    'Reference',
    'What is scaled.',
    ({ spec: { scaleTargetRef: target } }) => `${target.kind}/${target.name}`,
  ),
  column('Targets', 'What is measured, and what is wanted of it.', targets),
  column('MinPods', 'The least pods.', ({ spec }) => String(spec.minReplicas ?? '<unset>')),
  column('MaxPods', 'The most pods.', ({ spec }) => spec.maxReplicas),
  column('Replicas', 'Pods there are.', ({ status }) => status?.currentReplicas ?? 0),
  ageColumn(),
]

const SHOWN_MAX = 2

function targets({ spec, status }: HorizontalPodAutoscaler): string {
  const specs = spec.metrics ?? []
  if (specs.length === 0) return NONE
  const current = status?.currentMetrics ?? []
  const texts = specs.slice(0, SHOWN_MAX).map((metric, i) => target(metric, current[i]))
  const more = specs.length - SHOWN_MAX
  const text = texts.join(', ')
  return more > 0 ? `${text} + ${more} more...` : text
}

function target(spec: MetricSpec, status: MetricStatus | undefined): string {
  switch (spec.type) {
    case 'External':
      return outer(spec.external?.target, status?.external?.current)
    case 'Object':
      return outer(spec.object?.target, status?.object?.current)
    case 'Pods':
      return pair(status?.pods?.current?.averageValue, spec.pods?.target?.averageValue)
    case 'Resource':
      return `${spec.resource?.name}: ${resource(spec.resource?.target, status?.resource?.current)}`
    case 'ContainerResource': {
      const { name, container, target: wanted } = spec.containerResource ?? {}
      return `${name}/${container}: ${resource(wanted, status?.containerResource?.current)}`
    }
    default:
      return '<unknown type>'
  }
}

const pair = (current: string | undefined, wanted: string | undefined) =>
  `${current ?? UNKNOWN}/${wanted ?? ''}`

function outer(wanted: MetricTarget | undefined, current: MetricValueStatus | undefined): string {
  if (wanted?.averageValue !== undefined) {
    return `${pair(current?.averageValue, wanted.averageValue)} (avg)`
  }
  return pair(current?.value, wanted?.value)
}

function resource(
  wanted: MetricTarget | undefined,
  current: MetricValueStatus | undefined,
): string {
  if (wanted?.averageValue !== undefined) return pair(current?.averageValue, wanted.averageValue)
  const now = current?.averageUtilization
  const goal = wanted?.averageUtilization
  return pair(now === undefined ? undefined : `${now}%`, goal === undefined ? '<auto>' : `${goal}%`)
}
