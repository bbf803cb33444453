import {
  isPodReady,
  type Pod,
  type PodDisruptionBudget,
  type PodDisruptionBudgetStatus,
  withCondition,
} from '../../api/index.ts'
import { scaledValue } from './deployment-arithmetic.ts'
import type { Cached } from './runtime.ts'

/** An evicted pod that is not deleted by then counts again (upstream's `DeletionTimeout`). */
const DELETION_TIMEOUT_MS = 2 * 60_000

export type ReadBudget = Cached<PodDisruptionBudget>
type ReadPod = Cached<Pod>

/** How many pods a budget expects, and how many of them must be healthy. */
export interface Demand {
  readonly expected: number
  readonly desired: number
}

/** Whether the demand depends on how many pods the controllers of the pods want. */
export function needsScale({ spec }: ReadBudget): boolean {
  return spec.maxUnavailable !== undefined || typeof spec.minAvailable === 'string'
}

/** `scale`: what the controllers of the pods want, where that is needed. */
export function demandOf({ spec }: ReadBudget, pods: number, scale: number): Demand {
  if (spec.maxUnavailable !== undefined) {
    const unavailable = scaledValue(spec.maxUnavailable, scale, 'up')
    return { expected: scale, desired: Math.max(0, scale - unavailable) }
  }
  if (typeof spec.minAvailable === 'string') {
    return { expected: scale, desired: scaledValue(spec.minAvailable, scale, 'up') }
  }
  return { expected: pods, desired: spec.minAvailable ?? 0 }
}

export interface BudgetPlan {
  readonly status: PodDisruptionBudgetStatus
  /** Pods that were evicted and are still there after all. */
  readonly notDeleted: readonly ReadPod[]
  /** When the next evicted pod is due. */
  readonly recheckMs: number | undefined
}

/** The status of a budget that covers these pods. */
export function planBudget(
  budget: ReadBudget,
  of: { pods: readonly ReadPod[]; demand: Demand; nowMs: number; time: string },
): BudgetPlan {
  const disrupted: Record<string, string> = {}
  const notDeleted: ReadPod[] = []
  let recheckMs: number | undefined
  for (const pod of of.pods) {
    const { name, deletionTimestamp } = pod.metadata
    const at = budget.status.disruptedPods?.[name]
    if (at === undefined || deletionTimestamp !== undefined) continue
    const leftMs = Date.parse(at) + DELETION_TIMEOUT_MS - of.nowMs
    if (leftMs < 0) notDeleted.push(pod)
    else {
      disrupted[name] = at
      recheckMs = Math.min(recheckMs ?? Infinity, leftMs + 1)
    }
  }
  const healthy = of.pods.filter(
    (pod) =>
      pod.metadata.deletionTimestamp === undefined &&
      disrupted[pod.metadata.name] === undefined &&
      isPodReady(pod),
  ).length
  const { expected, desired } = of.demand
  const allowed = expected > 0 ? Math.max(0, healthy - desired) : 0
  const status: PodDisruptionBudgetStatus = {
    observedGeneration: budget.metadata.generation ?? 0,
    ...(Object.keys(disrupted).length > 0 && { disruptedPods: disrupted }),
    disruptionsAllowed: allowed,
    currentHealthy: healthy,
    desiredHealthy: desired,
    expectedPods: expected,
    conditions: allowedCondition(budget, {
      status: allowed > 0 ? 'True' : 'False',
      reason: allowed > 0 ? 'SufficientPods' : 'InsufficientPods',
      message: '',
      time: of.time,
    }),
  }
  return { status, notDeleted, recheckMs }
}

/** A budget that cannot be reckoned allows nothing. */
export function failedStatus(
  budget: ReadBudget,
  of: { message: string; time: string },
): PodDisruptionBudgetStatus {
  const words = { status: 'False', reason: 'SyncFailed', ...of }
  return {
    ...(JSON.parse(JSON.stringify(budget.status)) as PodDisruptionBudgetStatus),
    disruptionsAllowed: 0,
    conditions: allowedCondition(budget, words),
  }
}

function allowedCondition(
  budget: ReadBudget,
  of: { status: string; reason: string; message: string; time: string },
): NonNullable<PodDisruptionBudgetStatus['conditions']> {
  const old = (budget.status.conditions ?? []).map((condition) => ({ ...condition }))
  return withCondition(old, {
    type: 'DisruptionAllowed',
    status: of.status,
    reason: of.reason,
    message: of.message,
    observedGeneration: budget.metadata.generation ?? 0,
    lastTransitionTime: of.time,
  })
}
