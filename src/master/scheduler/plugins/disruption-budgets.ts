import { matchesLabelSelector } from '../../../api/index.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import type { PodView } from '../framework/types.ts'

/**
 * Tells apart the pods that a PodDisruptionBudget would keep, were all of these evicted in their
 * order. Pods that a budget counts as disrupted already cost it nothing more.
 */
export function byBudgets(
  pods: readonly PodView[],
  lookups: ClusterLookups,
): { violating: PodView[]; others: PodView[] } {
  const violating: PodView[] = []
  const others: PodView[] = []
  const left = new Map<string, number>()
  for (const pod of pods) {
    let isKept = false
    for (const budget of lookups.disruptionBudgets(pod.metadata.namespace)) {
      const { selector } = budget.spec
      const isMeant = selector !== undefined && matchesLabelSelector(selector, pod.metadata.labels)
      if (!isMeant || isEmpty(selector) || pod.metadata.labels === undefined) continue
      if (budget.status?.disruptedPods?.[pod.metadata.name] !== undefined) continue
      const key = `${pod.metadata.namespace}/${budget.metadata.name}`
      const allowed = (left.get(key) ?? budget.status?.disruptionsAllowed ?? 0) - 1
      left.set(key, allowed)
      if (allowed < 0) isKept = true
    }
    ;(isKept ? violating : others).push(pod)
  }
  return { violating, others }
}

/** A budget with an empty selector protects nobody from preemption (kube-scheduler). */
function isEmpty(selector: { matchLabels?: object; matchExpressions?: readonly unknown[] }) {
  const { matchLabels = {}, matchExpressions = [] } = selector
  return Object.keys(matchLabels).length + matchExpressions.length === 0
}
