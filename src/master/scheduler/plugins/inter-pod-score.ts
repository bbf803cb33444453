import { type AffinityTerm, affinityTermsOf } from '../cache/affinity-terms.ts'
import { MAX_NODE_SCORE, type PodView, type Snapshot } from '../framework/types.ts'
import type { Means } from './inter-pod-interests.ts'
import { PlaceCounts } from './place-counts.ts'

/** InterPodAffinityArgs. */
export interface AffinityWeights {
  /** What another pod's required affinity to this pod weighs. */
  readonly hardPodAffinityWeight: number
  readonly ignorePreferredTermsOfExistingPods: boolean
}

/** kube-scheduler's. */
export const AFFINITY_WEIGHTS_DEFAULT: AffinityWeights = {
  hardPodAffinityWeight: 1,
  ignorePreferredTermsOfExistingPods: false,
}

/**
 * How much each place draws the pod: by its own preferred terms, and by the terms of the pods that
 * run there and mean it.
 */
export function weighPods(
  pod: PodView,
  snapshot: Snapshot,
  means: Means,
  { hardPodAffinityWeight: hard, ignorePreferredTermsOfExistingPods: ignores }: AffinityWeights,
): PlaceCounts {
  const weights = new PlaceCounts()
  const own = affinityTermsOf(pod)
  const hasPreferences = own.preferred.length + own.preferredAnti.length > 0
  if (ignores && !hasPreferences) return weights
  for (const node of hasPreferences ? snapshot.nodes : snapshot.nodesWithAffinity) {
    const labels = node.node?.metadata.labels
    if (!labels || node.podCount === 0) continue
    if (hasPreferences) {
      for (const other of node.pods()) {
        weigh(weights, { terms: own.preferred, meant: other, labels, sign: 1, means })
        weigh(weights, { terms: own.preferredAnti, meant: other, labels, sign: -1, means })
      }
    }
    for (const { terms: theirs } of node.affinePods()) {
      if (hard > 0)
        weigh(weights, { terms: theirs.required, meant: pod, labels, sign: hard, means })
      if (ignores) continue
      weigh(weights, { terms: theirs.preferred, meant: pod, labels, sign: 1, means })
      weigh(weights, { terms: theirs.preferredAnti, meant: pod, labels, sign: -1, means })
    }
  }
  return weights
}

interface Pull {
  readonly terms: readonly AffinityTerm[]
  readonly meant: PodView
  /** Of the node from which the terms draw or repel. */
  readonly labels: Readonly<Record<string, string>>
  /** Of terms with a weight of their own: 1 or -1. */
  readonly sign: number
  readonly means: Means
}

/** Once for every pod there is: plain loops, and nothing made for pods without terms. */
function weigh(weights: PlaceCounts, { terms, meant, labels, sign, means }: Pull): void {
  for (const term of terms) {
    if (!means(term, meant)) continue
    weights.add(term.topologyKey, labels, sign * (term.weight || 1))
  }
}

/** Stretches sums of any sign over 0…MAX_NODE_SCORE. */
export function normalizeSpan(scores: number[]): void {
  const least = Math.min(...scores)
  const span = Math.max(...scores) - least
  scores.forEach((score, i) => {
    scores[i] = span > 0 ? Math.floor((MAX_NODE_SCORE * (score - least)) / span) : 0
  })
}
