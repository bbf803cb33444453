import {
  type AffinityTerm,
  affinityTermsOf,
  meansPod,
  type PodAffinityTerms,
} from '../cache/affinity-terms.ts'
import type { NodeInfo } from '../cache/node-info.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import {
  OK,
  type Plugin,
  type PodView,
  SKIP,
  type Snapshot,
  unresolvable,
  unschedulable,
} from '../framework/types.ts'
import { interPodInterests } from './inter-pod-interests.ts'
import { normalizeSpan, weighPods } from './inter-pod-score.ts'
import { PlaceCounts } from './place-counts.ts'

const KEY = 'InterPodAffinity'
const SCORE_KEY = 'InterPodAffinity/score'

interface AffinityState {
  readonly terms: PodAffinityTerms
  /** Places of pods that all of the pod's required terms mean. */
  readonly near: PlaceCounts
  /** Places of pods that a term of its required anti-affinity means. */
  readonly far: PlaceCounts
  /** Places that the required anti-affinity of others forbids it. */
  readonly forbidden: PlaceCounts
}

/** Draws pods to places where certain other pods run, or keeps them away from there. */
export function interPodAffinity(lookups: ClusterLookups): Plugin {
  const means = (term: AffinityTerm, pod: PodView) =>
    meansPod(term, pod, (name) => lookups.namespaceLabels(name))

  function count(state: AffinityState, pod: PodView, other: PodView, place: Place): void {
    const { terms, near, far, forbidden } = state
    const labels = place.node.node?.metadata.labels
    for (const term of affinityTermsOf(other).requiredAnti) {
      if (means(term, pod)) forbidden.add(term.topologyKey, labels, place.by)
    }
    const { required, requiredAnti } = terms
    if (required.length > 0 && required.every((term) => means(term, other))) {
      for (const term of required) near.add(term.topologyKey, labels, place.by)
    }
    for (const term of requiredAnti) {
      if (means(term, other)) far.add(term.topologyKey, labels, place.by)
    }
  }

  function countAll(pod: PodView, snapshot: Snapshot): AffinityState {
    const terms = affinityTermsOf(pod)
    const state: AffinityState = {
      terms,
      near: new PlaceCounts(),
      far: new PlaceCounts(),
      forbidden: new PlaceCounts(),
    }
    const isPicky = terms.required.length + terms.requiredAnti.length > 0
    const nodes = isPicky ? snapshot.nodes : snapshot.nodesWithRequiredAntiAffinity
    for (const node of nodes) {
      if (!node.node || node.podCount === 0) continue
      for (const other of node.pods()) count(state, pod, other, { node, by: 1 })
    }
    return state
  }

  return {
    name: KEY,
    interests: interPodInterests(means),
    preFilter(state, pod, snapshot) {
      const counted = countAll(pod, snapshot)
      const { terms, forbidden } = counted
      const isPicky = terms.required.length + terms.requiredAnti.length > 0
      if (!isPicky && forbidden.isEmpty) return SKIP
      state.set(KEY, counted)
      return OK
    },
    filter(state, pod, node) {
      const counted = state.get(KEY) as AffinityState
      const { terms, far, forbidden } = counted
      const labels = node.node?.metadata.labels ?? {}
      if (!satisfiesAffinity(counted, labels, () => terms.required.every((t) => means(t, pod)))) {
        return unresolvable("node(s) didn't match pod affinity rules")
      }
      if (terms.requiredAnti.some(({ topologyKey }) => far.at(topologyKey, labels) > 0)) {
        return unschedulable("node(s) didn't match pod anti-affinity rules")
      }
      if (forbidden.covers(labels)) {
        return unschedulable("node(s) didn't satisfy existing pods anti-affinity rules")
      }
      return OK
    },
    addPod: (state, pod, other, node) => {
      count(state.get(KEY) as AffinityState, pod, other, { node, by: 1 })
    },
    removePod: (state, pod, other, node) => {
      count(state.get(KEY) as AffinityState, pod, other, { node, by: -1 })
    },
    preScore(state, pod, _nodes, snapshot) {
      const weights = weighPods(pod, snapshot, means)
      if (weights.isEmpty) return SKIP
      state.set(SCORE_KEY, weights)
      return OK
    },
    score: (state, _pod, node) =>
      (state.get(SCORE_KEY) as PlaceCounts).sum(node.node?.metadata.labels ?? {}),
    normalize: normalizeSpan,
  }
}

interface Place {
  readonly node: NodeInfo
  readonly by: 1 | -1
}

/**
 * Every required term must have its pods at the node's place. The first of a group that wants to be
 * together finds nobody: it may go anywhere, if it would be meant itself.
 */
function satisfiesAffinity(
  { terms, near }: AffinityState,
  labels: Readonly<Record<string, string>>,
  meansItself: () => boolean,
): boolean {
  if (terms.required.some(({ topologyKey }) => labels[topologyKey] === undefined)) return false
  if (terms.required.every(({ topologyKey }) => near.at(topologyKey, labels) > 0)) return true
  return near.isEmpty && meansItself()
}
