import { type DeepReadonly, assert } from '../../base/index.ts'
import { findCondition, type Pod, quantityMilliValue } from '../../api/index.ts'
import type { Cached } from './runtime.ts'

/** How far from its target a metric may be before anything moves. */
export const TOLERANCE = 0.1
/** CPU of a pod that starts says nothing of its load (upstream's `cpu-initialization-period`). */
const CPU_INITIALIZATION_MS = 5 * 60_000
/** Within this a pod that is not ready has never been (`initial-readiness-delay`). */
const INITIAL_READINESS_MS = 30_000

export interface Sample {
  /** In thousandths. */
  readonly value: number
  readonly atMs: number
  readonly windowMs: number
}

export interface Tolerances {
  readonly up: number
  readonly down: number
}

/** Why there is no number; `reason` stands in the condition. */
export class MetricError extends Error {
  override readonly name = 'MetricError'
}

interface Groups {
  readonly ready: number
  readonly unready: ReadonlySet<string>
  readonly missing: ReadonlySet<string>
  readonly ignored: ReadonlySet<string>
}

function groupPods(
  pods: readonly Cached<Pod>[],
  samples: ReadonlyMap<string, Sample>,
  of: { isCpu: boolean; nowMs: number },
): Groups {
  const [unready, missing, ignored] = [new Set<string>(), new Set<string>(), new Set<string>()]
  let ready = 0
  for (const pod of pods) {
    const { name, deletionTimestamp } = pod.metadata
    const sample = samples.get(name)
    if (deletionTimestamp !== undefined || pod.status?.phase === 'Failed') ignored.add(name)
    else if (pod.status?.phase === 'Pending') unready.add(name)
    else if (!sample) missing.add(name)
    else if (of.isCpu && isStarting(pod, sample, of.nowMs)) unready.add(name)
    else ready++
  }
  return { ready, unready, missing, ignored }
}

function isStarting({ status }: Cached<Pod>, sample: Sample, nowMs: number): boolean {
  const ready = findCondition(status?.conditions, 'Ready')
  if (!ready || !status?.startTime) return true
  const startMs = Date.parse(status.startTime)
  const changedMs = Date.parse(ready.lastTransitionTime ?? status.startTime)
  const isUnready = ready.status === 'False'
  if (startMs + CPU_INITIALIZATION_MS > nowMs) {
    return isUnready || sample.atMs < changedMs + sample.windowMs
  }
  return isUnready && startMs + INITIAL_READINESS_MS > changedMs
}

const isWithin = (ratio: number, { up, down }: Tolerances) => ratio >= 1 - down && ratio <= 1 + up

/** What the value of each pod is to come to on average. */
export interface PodsGoal {
  /** What a pod's value is measured against: its request; 1 for each where the value counts. */
  readonly shareOf: (pod: string) => number
  /** The target: in percent of the requests, or in thousandths. */
  readonly target: number
  readonly kind: 'utilization' | 'average'
  /** What a pod that says nothing is taken to use when there would be fewer pods. */
  readonly fallbackOf: (pod: string) => number
}

/** What pods use together, in whole percent of what they request or in whole thousandths each. */
function levelOf(values: ReadonlyMap<string, number>, goal: PodsGoal): number {
  let [used, shares] = [0, 0]
  for (const [name, value] of values) {
    used += value
    shares += goal.shareOf(name)
  }
  if (shares === 0) return goal.target
  return Math.trunc(goal.kind === 'utilization' ? (used * 100) / shares : used / shares)
}

/**
 * How many pods bring the average of a value per pod to its target. `level`: where it is now, of
 * the pods that are up; `average`: the same as thousandths of a pod.
 */
export function replicasForPods(
  pods: readonly Cached<Pod>[],
  samples: ReadonlyMap<string, Sample>,
  of: { current: number; goal: PodsGoal; isCpu: boolean; tolerances: Tolerances; nowMs: number },
): { replicas: number; level: number; average: number } {
  const { goal } = of
  if (pods.length === 0) {
    throw new MetricError('no pods returned by selector while calculating replica count')
  }
  const groups = groupPods(pods, samples, of)
  const values = new Map<string, number>()
  for (const [name, { value }] of samples) {
    if (groups.unready.has(name) || groups.ignored.has(name)) continue
    if (pods.some(({ metadata }) => metadata.name === name)) values.set(name, value)
  }
  if (values.size === 0) {
    throw new MetricError('did not receive metrics for targeted pods (pods might be unready)')
  }
  const level = levelOf(values, goal)
  const sum = [...values.values()].reduce((total, value) => total + value, 0)
  const now = { level, average: Math.trunc(sum / values.size) }
  const ratio = level / goal.target
  const startsCount = groups.unready.size > 0 && ratio > 1
  if (!startsCount && groups.missing.size === 0) {
    const replicas = isWithin(ratio, of.tolerances) ? of.current : Math.ceil(ratio * groups.ready)
    return { replicas, ...now }
  }
  // What is not known must not make the set grow or shrink faster than what is known.
  if (ratio !== 1) {
    for (const name of groups.missing) values.set(name, ratio < 1 ? goal.fallbackOf(name) : 0)
  }
  if (startsCount) for (const name of groups.unready) values.set(name, 0)
  const cautious = levelOf(values, goal) / goal.target
  const turned = (ratio < 1 && cautious > 1) || (ratio > 1 && cautious < 1)
  if (isWithin(cautious, of.tolerances) || turned) return { replicas: of.current, ...now }
  const replicas = Math.ceil(cautious * values.size)
  const backwards =
    (cautious < 1 && replicas > of.current) || (cautious > 1 && replicas < of.current)
  return { replicas: backwards ? of.current : replicas, ...now }
}

/** How many pods bring one value, of which all have a share, to its target. */
export function replicasForTotal(
  usage: number,
  of: { current: number; target: number; tolerances: Tolerances },
): number {
  const ratio = of.current === 0 ? Infinity : usage / (of.target * of.current)
  return isWithin(ratio, of.tolerances) ? of.current : Math.ceil(usage / of.target)
}

/** How many pods bring one value to its target, which falls as their number rises. */
export function replicasForValue(
  usage: number,
  of: { current: number; ready: number; target: number; tolerances: Tolerances },
): number {
  const ratio = usage / of.target
  if (of.current === 0) return Math.ceil(ratio)
  return isWithin(ratio, of.tolerances) ? of.current : Math.ceil(ratio * of.ready)
}

/** What a pod requests of a resource, all containers or one, in thousandths. */
export function requestOf(
  { metadata, spec }: DeepReadonly<Pod>,
  resource: string,
  container?: string,
): number {
  const sidecars = (spec.initContainers ?? []).filter((each) => each.restartPolicy === 'Always')
  const all = [...spec.containers, ...sidecars]
  const those = all.filter(({ name }) => container === undefined || name === container)
  if (those.length === 0) {
    throw new MetricError(`container ${container} not found in Pod ${metadata.name}`)
  }
  let sum = 0
  for (const { name, resources } of those) {
    const request = resources?.requests?.[resource]
    if (request === undefined) {
      const where = `container ${name} of Pod ${metadata.name}`
      throw new MetricError(`missing request for ${resource} in ${where}`)
    }
    sum += quantityMilliValue(request)
  }
  assert(sum >= 0, 'requests are not negative')
  return sum
}
