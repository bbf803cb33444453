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
  type Status,
  unresolvable,
  unschedulable,
} from '../framework/types.ts'
import { interPodInterests, type Means } from './inter-pod-interests.ts'
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
  const means: Means = (term, pod) => meansPod(term, pod, (name) => lookups.namespaceLabels(name))
  return {
    name: KEY,
    interests: interPodInterests(means),
    preFilter(state, pod, snapshot) {
      const counted = countAll(pod, snapshot, means)
      if (!isPicky(counted.terms) && counted.forbidden.isEmpty) return SKIP
      state.set(KEY, counted)
      return OK
    },
    filter: (state, pod, { node }) =>
      judge(state.get(KEY) as AffinityState, node?.metadata.labels ?? {}, (terms) =>
        meansAll(terms, pod, means),
      ),
    addPod: (state, pod, other, node) => {
      count(state.get(KEY) as AffinityState, { pod, other, node, by: 1, means })
    },
    removePod: (state, pod, other, node) => {
      count(state.get(KEY) as AffinityState, { pod, other, node, by: -1, means })
    },
    preScore(state, pod, _nodes, snapshot) {
      const weights = weighPods(pod, snapshot, means)
      if (weights.isEmpty) return SKIP
      state.set(SCORE_KEY, weights)
      return OK
    },
    score: (state, _pod, { node }) =>
      (state.get(SCORE_KEY) as PlaceCounts).sum(node?.metadata.labels ?? {}),
    normalize: normalizeSpan,
  }
}

function isPicky({ required, requiredAnti }: PodAffinityTerms): boolean {
  return required.length + requiredAnti.length > 0
}

/** A pod without required terms is only kept from places by the anti-affinity of others. */
function countAll(pod: PodView, snapshot: Snapshot, means: Means): AffinityState {
  const state: AffinityState = {
    terms: affinityTermsOf(pod),
    near: new PlaceCounts(),
    far: new PlaceCounts(),
    forbidden: new PlaceCounts(),
  }
  const nodes = isPicky(state.terms) ? snapshot.nodes : snapshot.nodesWithRequiredAntiAffinity
  for (const node of nodes) {
    if (!node.node || node.podCount === 0) continue
    for (const other of node.pods()) count(state, { pod, other, node, by: 1, means })
  }
  return state
}

/** Counts another pod on a node for what it means to this one. */
function count(
  { terms, near, far, forbidden }: AffinityState,
  change: { pod: PodView; other: PodView; node: NodeInfo; by: 1 | -1; means: Means },
): void {
  const { pod, other, node, by, means } = change
  const labels = node.node?.metadata.labels
  for (const term of affinityTermsOf(other).requiredAnti) {
    if (means(term, pod)) forbidden.add(term.topologyKey, labels, by)
  }
  const { required, requiredAnti } = terms
  if (required.length > 0 && meansAll(required, other, means)) {
    for (const term of required) near.add(term.topologyKey, labels, by)
  }
  for (const term of requiredAnti) {
    if (means(term, other)) far.add(term.topologyKey, labels, by)
  }
}

/** A loop of its own: it runs for every pod there is. */
function meansAll(terms: readonly AffinityTerm[], pod: PodView, means: Means): boolean {
  for (const term of terms) if (!means(term, pod)) return false
  return true
}

function judge(
  state: AffinityState,
  labels: Readonly<Record<string, string>>,
  meanItself: (terms: readonly AffinityTerm[]) => boolean,
): Status {
  const { terms, far, forbidden } = state
  if (!satisfiesAffinity(state, labels, () => meanItself(terms.required))) {
    return unresolvable("node(s) didn't match pod affinity rules")
  }
  if (terms.requiredAnti.some(({ topologyKey }) => far.at(topologyKey, labels) > 0)) {
    return unschedulable("node(s) didn't match pod anti-affinity rules")
  }
  if (forbidden.covers(labels)) {
    return unschedulable("node(s) didn't satisfy existing pods anti-affinity rules")
  }
  return OK
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
