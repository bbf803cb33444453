import { type AffinityTerm, affinityTermsOf } from '../cache/affinity-terms.ts'
import { MAX_NODE_SCORE, type PodView, type Snapshot } from '../framework/types.ts'
import type { Means } from './inter-pod-interests.ts'
import { PlaceCounts } from './place-counts.ts'

/** What another pod's required affinity to this pod weighs (kube-scheduler's default). */
const HARD_POD_AFFINITY_WEIGHT = 1

/**
 * How much each place draws the pod: by its own preferred terms, and by the terms of the pods that
 * run there and mean it.
 */
export function weighPods(pod: PodView, snapshot: Snapshot, means: Means): PlaceCounts {
  const weights = new PlaceCounts()
  const own = affinityTermsOf(pod)
  const hasPreferences = own.preferred.length + own.preferredAnti.length > 0
  for (const node of hasPreferences ? snapshot.nodes : snapshot.nodesWithAffinity) {
    const labels = node.node?.metadata.labels
    if (!labels || node.podCount === 0) continue
    const add = (terms: readonly AffinityTerm[], meant: PodView, weightOf: Weight) => {
      for (const term of terms) {
        if (means(term, meant)) weights.add(term.topologyKey, labels, weightOf(term))
      }
    }
    for (const other of node.pods()) {
      add(own.preferred, other, draws)
      add(own.preferredAnti, other, repels)
      if (!node.hasAffinity) continue
      const theirs = affinityTermsOf(other)
      add(theirs.required, pod, drawsHard)
      add(theirs.preferred, pod, draws)
      add(theirs.preferredAnti, pod, repels)
    }
  }
  return weights
}

/** Stretches sums of any sign over 0…MAX_NODE_SCORE. */
export function normalizeSpan(scores: number[]): void {
  const least = Math.min(...scores)
  const span = Math.max(...scores) - least
  scores.forEach((score, i) => {
    scores[i] = span > 0 ? Math.floor((MAX_NODE_SCORE * (score - least)) / span) : 0
  })
}

type Weight = (term: AffinityTerm) => number
const draws: Weight = ({ weight }) => weight
const repels: Weight = ({ weight }) => -weight
const drawsHard: Weight = () => HARD_POD_AFFINITY_WEIGHT
