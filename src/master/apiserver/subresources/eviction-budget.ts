import type { StatusError } from '../../../base/index.ts'
import {
  isPodReady,
  type KubeObject,
  matchesLabelSelector,
  type Pod,
  type PodDisruptionBudget,
  withCondition,
} from '../../../api/index.ts'
import { listOptions } from '../options.ts'
import { listObjects } from '../registry/list.ts'
import { type Store, timestamp, type WriteCall } from '../registry/store.ts'
import { updateObject, type UpdateRules } from '../registry/update.ts'
import { statusErrors } from '../status.ts'

/** Evictions that the controller has not confirmed yet; more are refused. */
const DISRUPTED_PODS_MAX = 2000
const BUSY_RETRY_SECONDS = 10

const REFUSED = "Cannot evict pod as it would violate the pod's disruption budget."

const RULES: UpdateRules = {
  subresource: 'status',
  prepare: () => {},
  validate: () => [],
  admitted: true,
}

/** On what ground a pod may go. */
export interface Leave {
  /** Because it serves nobody, so only as long as it does not: no disruption was spent. */
  readonly asSeen: boolean
  /** The budget that covers it, where it was asked. */
  readonly budget?: string
}

/**
 * Takes one disruption from the budget that covers the pod, if there is one and the pod serves.
 * Throws what the client is to be told when the budget does not allow it.
 */
export async function spendBudget(budgets: Store, call: WriteCall, pod: Pod): Promise<Leave> {
  if (isGoing(pod)) return { asSeen: false }
  if (pod.status?.phase === 'Pending') return { asSeen: true }
  const budget = await budgetOf(budgets, call, pod)
  if (!budget) return { asSeen: false }
  const { name = '' } = budget.metadata
  if (!isPodReady(pod) && isFreeWhileUnhealthy(budget)) return { asSeen: true, budget: name }
  const at = timestamp(budgets.clock.nowMs())
  const change = (old: KubeObject) => spent(old as PodDisruptionBudget, pod, at)
  if (call.options.dryRun) change(structuredClone(budget))
  else await updateObject(budgets, call, { name, rules: RULES, change })
  return { asSeen: false, budget: name }
}

/** A pod that is over or is going already disrupts nothing when it goes, and never serves again. */
function isGoing({ metadata, status }: Pod): boolean {
  if (metadata.deletionTimestamp !== undefined) return true
  return ['Succeeded', 'Failed'].includes(status?.phase ?? '')
}

async function budgetOf(
  budgets: Store,
  call: WriteCall,
  pod: Pod,
): Promise<PodDisruptionBudget | undefined> {
  const { objects } = await listObjects(budgets, call, listOptions(new URLSearchParams(), false))
  const matching = objects
    .map((revision) => revision.parse() as PodDisruptionBudget)
    .filter(({ spec }) => matchesLabelSelector(spec?.selector, pod.metadata.labels ?? {}))
  if (matching.length <= 1) return matching[0]
  throw statusErrors.plain(
    'This pod has more than one PodDisruptionBudget, which the eviction subresource does not ' +
      'support.',
  )
}

/** KEP-3017: a pod that does not serve anyway may go, always or while enough others serve. */
function isFreeWhileUnhealthy({ spec, status }: PodDisruptionBudget): boolean {
  if (spec?.unhealthyPodEvictionPolicy === 'AlwaysAllow') return true
  const { currentHealthy = 0, desiredHealthy = 0 } = status ?? {}
  return desiredHealthy > 0 && currentHealthy >= desiredHealthy
}

function spent(budget: PodDisruptionBudget, pod: Pod, at: string): PodDisruptionBudget {
  const { name = '', generation = 0 } = budget.metadata
  const { status } = budget
  const { disruptionsAllowed: allowed = 0, disruptedPods = {} } = status
  if ((status.observedGeneration ?? 0) < generation) {
    throw beingProcessed(name)
  }
  if (allowed < 0) throw forbidden(name, 'pdb disruptions allowed is negative')
  if (Object.keys(disruptedPods).length > DISRUPTED_PODS_MAX) {
    const why = 'DisruptedPods map too big - too many evictions not confirmed by PDB controller'
    throw forbidden(name, why)
  }
  if (allowed === 0) {
    const { desiredHealthy = 0, currentHealthy = 0 } = status
    throw refused(
      `The disruption budget ${name} needs ${desiredHealthy} healthy pods and has ` +
        `${currentHealthy} currently`,
      0,
    )
  }
  status.disruptionsAllowed = allowed - 1
  status.disruptedPods = { ...disruptedPods, [pod.metadata.name ?? '']: at }
  if (status.disruptionsAllowed === 0) {
    status.conditions = withCondition(status.conditions, {
      type: 'DisruptionAllowed',
      status: 'False',
      reason: 'InsufficientPods',
      message: '',
      observedGeneration: status.observedGeneration ?? 0,
      lastTransitionTime: at,
    })
  }
  return budget
}

/** What is told of a budget that is not known to allow an eviction yet. */
export function beingProcessed(budget: string): StatusError {
  const why = `The disruption budget ${budget} is still being processed by the server.`
  return refused(why, BUSY_RETRY_SECONDS)
}

function refused(why: string, retryAfterSeconds: number): StatusError {
  const causes = [{ reason: 'DisruptionBudget', message: why }]
  return statusErrors.tooManyRequests(REFUSED, retryAfterSeconds, { causes })
}

function forbidden(name: string, why: string): StatusError {
  return statusErrors.forbidden({ group: 'policy', plural: 'poddisruptionbudget' }, name, why)
}
