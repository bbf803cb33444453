import type { DeepReadonly } from '../../base/index.ts'
import type { HPAScalingRules, HorizontalPodAutoscalerSpec } from '../../api/index.ts'

/** How long lower recommendations wait where no behavior says otherwise. */
const DOWN_WINDOW_MS = 5 * 60_000

/** A number that was recommended, or a change that was made. */
export interface Stamped {
  readonly atMs: number
  readonly replicas: number
}

/** What an autoscaler remembers. */
export interface ScaleHistory {
  readonly recommended: readonly Stamped[]
  readonly ups: readonly Stamped[]
  readonly downs: readonly Stamped[]
}

export const NO_HISTORY: ScaleHistory = { recommended: [], ups: [], downs: [] }

export interface Limited {
  readonly replicas: number
  /** Conditions `AbleToScale` and `ScalingLimited`. */
  readonly able: { readonly reason: string; readonly message: string }
  readonly limited: { readonly status: boolean; readonly reason: string; readonly message: string }
}

const STEADY = { reason: 'ReadyForNewScale', message: 'recommended size matches current size' }

/** The recommendation, held back by windows, speeds and bounds. */
export function limitReplicas(
  wanted: number,
  of: {
    spec: DeepReadonly<HorizontalPodAutoscalerSpec>
    current: number
    history: ScaleHistory
    nowMs: number
  },
): Limited {
  const { spec, current, nowMs } = of
  const { scaleUp, scaleDown } = spec.behavior ?? {}
  const upMs = (scaleUp?.stabilizationWindowSeconds ?? 0) * 1000
  const downSeconds = scaleDown?.stabilizationWindowSeconds
  const downMs = downSeconds === undefined ? DOWN_WINDOW_MS : downSeconds * 1000
  let [lowest, highest] = [wanted, wanted]
  for (const { atMs, replicas } of of.history.recommended) {
    if (atMs > nowMs - upMs) lowest = Math.min(lowest, replicas)
    if (atMs > nowMs - downMs) highest = Math.max(highest, replicas)
  }
  const stable = Math.min(Math.max(current, lowest), highest)
  const able =
    stable === wanted
      ? STEADY
      : wanted < current
        ? {
            reason: 'ScaleDownStabilized',
            message:
              'recent recommendations were higher than current one, applying the highest recent ' +
              'recommendation',
          }
        : {
            reason: 'ScaleUpStabilized',
            message:
              'recent recommendations were lower than current one, applying the lowest recent ' +
              'recommendation',
          }
  return { able, ...bound(stable, of) }
}

function bound(
  wanted: number,
  of: {
    spec: DeepReadonly<HorizontalPodAutoscalerSpec>
    current: number
    history: ScaleHistory
    nowMs: number
  },
): Pick<Limited, 'replicas' | 'limited'> {
  const { spec, current } = of
  const min = spec.minReplicas ?? 1
  const limit = (reason: string, message: string, replicas: number) => ({
    replicas,
    limited: { status: true, reason, message },
  })
  const tooMany = 'the desired replica count is more than the maximum replica count'
  const tooFew = 'the desired replica count is less than the minimum replica count'
  const most = upLimit(of)
  if (wanted > current && wanted > Math.min(most, spec.maxReplicas)) {
    if (spec.maxReplicas <= most) return limit('TooManyReplicas', tooMany, spec.maxReplicas)
    const message = 'the desired replica count is increasing faster than the maximum scale rate'
    return limit('ScaleUpLimit', message, Math.max(most, current))
  }
  const least = downLimit(of)
  if (wanted < current && wanted < Math.max(least, min)) {
    if (min >= least) return limit('TooFewReplicas', tooFew, min)
    const message = 'the desired replica count is decreasing faster than the maximum scale rate'
    return limit('ScaleDownLimit', message, Math.min(least, current))
  }
  if (wanted > spec.maxReplicas) return limit('TooManyReplicas', tooMany, spec.maxReplicas)
  if (wanted < min) return limit('TooFewReplicas', tooFew, min)
  const message = 'the desired count is within the acceptable range'
  const limited = { status: false, reason: 'DesiredWithinRange', message }
  return { replicas: wanted, limited }
}

type Bounds = Parameters<typeof bound>[1]

function upLimit({ spec, current, history, nowMs }: Bounds): number {
  const rules = spec.behavior?.scaleUp
  if (!rules) return Math.max(2 * current, 4)
  const added = sumSince(history.ups, nowMs)
  const removed = sumSince(history.downs, nowMs)
  return selected(rules, current, 'up', (type, value, periodMs) => {
    const start = current - added(periodMs) + removed(periodMs)
    return type === 'Pods' ? start + value : Math.ceil(start * (1 + value / 100))
  })
}

function downLimit({ spec, current, history, nowMs }: Bounds): number {
  const rules = spec.behavior?.scaleDown
  if (!rules) return 0
  const added = sumSince(history.ups, nowMs)
  const removed = sumSince(history.downs, nowMs)
  return selected(rules, current, 'down', (type, value, periodMs) => {
    const start = current - added(periodMs) + removed(periodMs)
    return type === 'Pods' ? start - value : Math.floor(start * (1 - value / 100))
  })
}

/** `Max` is the policy that allows the greatest change, whichever way. */
function selected(
  rules: DeepReadonly<HPAScalingRules>,
  current: number,
  way: 'up' | 'down',
  limitOf: (type: string, value: number, periodMs: number) => number,
): number {
  if (rules.selectPolicy === 'Disabled') return current
  const limits = (rules.policies ?? []).map(({ type, value, periodSeconds }) =>
    limitOf(type, value, periodSeconds * 1000),
  )
  if (limits.length === 0) return current
  const wantsLarge = (rules.selectPolicy === 'Min') !== (way === 'up')
  return wantsLarge ? Math.max(...limits) : Math.min(...limits)
}

const sumSince = (changes: readonly Stamped[], nowMs: number) => (periodMs: number) =>
  changes
    .filter(({ atMs }) => atMs > nowMs - periodMs)
    .reduce((sum, { replicas }) => sum + replicas, 0)

/** Policies look back half an hour at most, windows an hour. */
const MEMORY_MS = 60 * 60_000

/** The history with what was recommended and done now. */
export function remember(
  history: ScaleHistory,
  of: { wanted: number; before: number; after: number; nowMs: number },
): ScaleHistory {
  const fresh = (list: readonly Stamped[]) => list.filter(({ atMs }) => atMs > of.nowMs - MEMORY_MS)
  const change = of.after - of.before
  const made = { atMs: of.nowMs, replicas: Math.abs(change) }
  return {
    recommended: [...fresh(history.recommended), { atMs: of.nowMs, replicas: of.wanted }],
    ups: change > 0 ? [...fresh(history.ups), made] : fresh(history.ups),
    downs: change < 0 ? [...fresh(history.downs), made] : fresh(history.downs),
  }
}
