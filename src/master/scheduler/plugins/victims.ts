import type { NodeInfo } from '../cache/node-info.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import type { Candidate, FailedAttempt } from '../framework/post-filter.ts'
import type { PodView } from '../framework/types.ts'
import { byBudgets } from './disruption-budgets.ts'

export type Tried = Candidate | { readonly kind: 'no-room'; readonly reasons: readonly string[] }

/**
 * The fewest pods of lower priority without which the pod fits on the node: all of them are thought
 * away, then each is let back, those that a budget protects first and then the most important,
 * unless the pod would not fit then.
 */
export function chooseVictims(
  { framework, cycle }: FailedAttempt,
  node: NodeInfo,
  lookups: ClusterLookups,
): Tried {
  const priority = priorityOf(cycle.pod)
  const lesser = node.pods().filter((pod) => priorityOf(pod) < priority)
  if (lesser.length === 0) {
    return { kind: 'no-room', reasons: ['No preemption victims found for incoming pod'] }
  }
  const copy = node.clone()
  for (const pod of lesser) framework.removePod(cycle, pod, copy)
  const victims: PodView[] = []
  const rejection = framework.filter(cycle, copy)
  const { violating, others } = byBudgets(lesser.sort(byImportance), lookups)
  for (const pod of [...violating, ...others]) {
    // The cycle's state goes on to other nodes: here it is put back in any case.
    framework.addPod(cycle, pod, copy)
    if (rejection || !framework.filter(cycle, copy)) continue
    framework.removePod(cycle, pod, copy)
    victims.push(pod)
  }
  for (const pod of victims) framework.addPod(cycle, pod, copy)
  if (rejection) return { kind: 'no-room', reasons: rejection.reasons }
  const violations = victims.filter((pod) => violating.includes(pod)).length
  const sorted = victims.sort(byImportance)
  return { kind: 'candidate', nodeName: node.name, victims: sorted, violations }
}

/**
 * The candidate that costs least, in kube-scheduler's order: the fewest violated budgets, the lowest
 * highest priority of a victim, the lowest sum of priorities, the fewest victims, the latest start
 * of the most important ones; then the first.
 */
export function cheapest(candidates: readonly Candidate[]): Candidate | undefined {
  const costs = candidates.map((candidate) => ({ candidate, cost: costOf(candidate) }))
  let best = costs[0]
  for (const other of costs) if (best && isLess(other.cost, best.cost)) best = other
  return best?.candidate
}

/** Numbers to be compared one after the other. */
function costOf({ victims, violations }: Candidate): number[] {
  const highest = victims.length === 0 ? -Infinity : priorityOf(victims[0])
  // Shifted above zero, so that of pods with negative priorities more do not cost less.
  const sum = victims.reduce((total, pod) => total + priorityOf(pod) + 2 ** 31, 0)
  const starts = victims.filter((pod) => priorityOf(pod) === highest).map(startOf)
  return [violations, highest, sum, victims.length, -Math.min(...starts)]
}

function isLess(a: readonly number[], b: readonly number[]): boolean {
  const at = a.findIndex((value, i) => value !== b[i])
  return at >= 0 && (a[at] as number) < (b[at] as number)
}

/** The higher priority first, then who has run longer. */
function byImportance(a: PodView, b: PodView): number {
  return priorityOf(b) - priorityOf(a) || compare(startOf(a), startOf(b))
}

function compare(a: number, b: number): number {
  return a === b ? 0 : a < b ? -1 : 1
}

/** In milliseconds since the epoch; a pod that has not started is the latest. */
function startOf({ status }: PodView): number {
  return status.startTime ? Date.parse(status.startTime) : Infinity
}

function priorityOf(pod: PodView | undefined): number {
  return pod?.spec.priority ?? 0
}
