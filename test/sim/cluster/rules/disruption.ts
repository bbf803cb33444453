import { Violation } from '../../world.ts'
import { at, isActive, isReady, matches, numberAt, type Seen } from '../seen.ts'
import type { Rule } from './index.ts'

/** Evictions leave as many pods as their budget says, but for those that were lost otherwise. */
export const disruptionRule = (): Rule => {
  /** UIDs of pods that served when they were evicted: one that did not may yet stay, and serve. */
  const spent = new Set<string>()
  const isSpent = ({ metadata }: Seen) => spent.has(metadata.uid)
  return ({ key, old, now }, observer) => {
    if (now?.kind !== 'Pod' || !old || !isEvicted(now) || isEvicted(old) || !isReady(old)) return
    spent.add(now.metadata.uid)
    for (const budget of observer.ofKind('PodDisruptionBudget')) {
      const { namespace } = budget.metadata
      const selector = at(budget, 'spec.selector.matchLabels') as Record<string, string>
      const isMeant = (pod: Seen) => pod.metadata.namespace === namespace && matches(pod, selector)
      if (!isMeant(now)) continue
      const needs = observer.recent.versions(budget).map((v) => numberAt(v, 'spec.minAvailable'))
      const pods = observer.ofKind('Pod').filter(isMeant)
      const healthy = pods.filter((pod) => isActive(pod) && isReady(pod) && !isSpent(pod)).length
      // A budget does not know at once of those that failed or were deleted.
      const failed = pods.filter(
        (pod) => !isSpent(pod) && !(isActive(pod) && isReady(pod)) && wasReady(pod),
      )
      const lost = observer.recent.lost('Pod').filter((pod) => isMeant(pod) && !isSpent(pod))
      const left = healthy + failed.length + lost.length
      if (left >= Math.min(...needs)) continue
      throw new Violation(`${key}: its eviction leaves ${left} of ${needs.join(' or ')}`)
    }
    function wasReady(pod: Seen): boolean {
      return observer.recent.versions(pod).some(isReady)
    }
  }
}

function isEvicted({ status }: Seen): boolean {
  const conditions = (status?.['conditions'] ?? []) as { reason?: string }[]
  return conditions.some(({ reason }) => reason === 'EvictionByEvictionAPI')
}
