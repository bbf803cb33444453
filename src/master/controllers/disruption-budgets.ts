import {
  formatTime,
  keyOf,
  matchesLabelSelector,
  type Pod,
  type PodDisruptionBudget,
  podDisruptionBudgets,
  type PodDisruptionBudgetStatus,
  pods,
  formatLabelSelector,
  semanticEqual,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  type BudgetPlan,
  demandOf,
  failedStatus,
  needsScale,
  planBudget,
  type ReadBudget,
} from './disruption-plan.ts'
import { clearDisrupted, staleInMs } from './disruption.ts'
import { PodScales, ScaleError } from './pod-scale.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
  requeueAfter,
  syncOf,
} from './runtime.ts'

type Call = { signal: AbortSignal }

/** Keys of pods that were to go, beside the budgets'. */
const POD_KEY = 'pod:'

/** Reckons how many pods may be evicted at once. */
export function disruptionController(context: ControllerContext): Controller {
  const reconciler = new BudgetReconciler(context)
  const { scales } = reconciler
  return {
    name: 'disruption-controller',
    sources: [
      objectsOf(reconciler.budgets),
      changesOf(reconciler.pods, (change) => reconciler.budgetsOfPod(change)),
      changesOf(reconciler.pods, ({ now }) =>
        now && reconciler.mayBeStale(now) ? [`${POD_KEY}${keyOf(now)}`] : [],
      ),
      syncOf(scales.sets),
      syncOf(scales.deployments),
      syncOf(scales.controllers),
      syncOf(scales.stateful),
    ],
    reconcile: (key, call) =>
      key.startsWith(POD_KEY)
        ? reconciler.reconcilePod(key.slice(POD_KEY.length), call)
        : reconciler.reconcile(key, call),
  }
}

class BudgetReconciler {
  readonly budgets
  readonly pods
  readonly scales: PodScales
  readonly #context: ControllerContext

  constructor(context: ControllerContext) {
    this.#context = context
    this.budgets = context.informers.for(podDisruptionBudgets)
    this.pods = context.informers.for(pods)
    this.scales = new PodScales(context)
  }

  budgetsOfPod({ old, now }: Change<Pod>): ObjectKey[] {
    const keys = new Set<ObjectKey>()
    for (const pod of [old, now]) {
      if (!pod) continue
      for (const budget of this.budgets.inNamespace(pod.metadata.namespace)) {
        if (covers(budget, pod)) keys.add(keyOf(budget))
      }
    }
    return [...keys]
  }

  mayBeStale(pod: Cached<Pod>): boolean {
    return staleInMs(pod, this.#context.clock.nowMs()) !== undefined
  }

  /** A pod that was to go and did not is a pod like any other again. */
  async reconcilePod(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const pod = this.pods.get(key)
    const nowMs = this.#context.clock.nowMs()
    const leftMs = pod && staleInMs(pod, nowMs)
    if (!pod || leftMs === undefined) return done
    if (leftMs > 0) return requeueAfter(leftMs)
    await clearDisrupted(this.#context.client, pod, nowMs, call)
    return done
  }

  async reconcile(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const budget = this.budgets.get(key)
    if (!budget) return done
    const nowMs = this.#context.clock.nowMs()
    const time = formatTime(nowMs)
    const around = [...this.pods.inNamespace(budget.metadata.namespace)]
    const covered = around.filter((pod) => covers(budget, pod))
    if (covered.length === 0) this.#tell(budget, 'NoPods', 'No matching pods found')
    let plan: BudgetPlan
    try {
      const scale = needsScale(budget) ? await this.#scale(budget, covered, call) : 0
      const demand = demandOf(budget, covered.length, scale)
      plan = planBudget(budget, { pods: covered, demand, nowMs, time })
    } catch (error) {
      if (!(error instanceof ScaleError)) throw error
      const message = `Failed to calculate the number of expected pods: ${error.message}`
      this.#tell(budget, 'CalculateExpectedPodCountFailed', message, true)
      await this.#write(budget, failedStatus(budget, { message: error.message, time }), call)
      return done
    }
    for (const pod of plan.notDeleted) {
      const { namespace, name } = budget.metadata
      const message = `Pod was expected by PDB ${namespace}/${name} to be deleted but it wasn't`
      this.#tell(pod, 'NotDeleted', message, true)
    }
    await this.#write(budget, plan.status, call)
    return plan.recheckMs === undefined ? done : requeueAfter(plan.recheckMs)
  }

  async #scale(budget: ReadBudget, covered: readonly Cached<Pod>[], call: Call): Promise<number> {
    const { scale, unmanaged } = await this.scales.scaleOf(covered, call)
    if (unmanaged.length > 0) {
      const selector = formatLabelSelector(budget.spec.selector)
      const message =
        `Pods selected by this PodDisruptionBudget (selector: ${selector}) were found to be ` +
        'unmanaged. As a result, the status of the PDB cannot be calculated correctly, which may ' +
        'result in undefined behavior. To account for these pods please set ".spec.minAvailable" ' +
        'field of the PDB to an integer value.'
      this.#tell(budget, 'UnmanagedPods', message, true)
    }
    return scale
  }

  async #write(budget: ReadBudget, status: PodDisruptionBudgetStatus, call: Call): Promise<void> {
    if (semanticEqual(status, budget.status)) return
    const { client } = this.#context
    const changed = { ...draft<PodDisruptionBudget>(budget), status }
    await client.for(podDisruptionBudgets).updateStatus(changed, call)
  }

  #tell(
    about: Cached<PodDisruptionBudget> | Cached<Pod>,
    reason: string,
    message: string,
    warns = false,
  ): void {
    const type = warns ? 'Warning' : 'Normal'
    this.#context.recorder.event(about, { type, reason, message })
  }
}

function covers({ spec }: ReadBudget, pod: Cached<Pod>): boolean {
  return matchesLabelSelector(spec.selector, pod.metadata.labels ?? {})
}
