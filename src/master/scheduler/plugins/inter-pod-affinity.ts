import {
  type AffinityTerm,
  affinityTermsOf,
  meansPod,
  type PodAffinityTerms,
} from '../cache/affinity-terms.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import {
  type CycleState,
  type NodeView,
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
import { type PluginArgs, SchedulerConfigError } from '../config/index.ts'
import {
  AFFINITY_WEIGHTS_DEFAULT,
  type AffinityWeights,
  normalizeSpan,
  weighPods,
} from './inter-pod-score.ts'
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
export function interPodAffinity(lookups: ClusterLookups, args: PluginArgs = {}): Plugin {
  const weightsArgs = readWeights(args)
  const means: Means = (term, pod) => meansPod(term, pod, (name) => lookups.namespaceLabels(name))
  const shift = (
    state: CycleState,
    pod: PodView,
    other: PodView,
    change: { node: NodeView | undefined; by: 1 | -1 },
  ) => {
    const counted = state.get(KEY) as AffinityState
    const at: Place = { labels: change.node?.metadata.labels, by: change.by, means }
    countForbidden(counted, affinityTermsOf(other), pod, at)
    countMeant(counted, other, at)
  }
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
    addPod: (state, pod, other, { node }) => shift(state, pod, other, { node, by: 1 }),
    removePod: (state, pod, other, { node }) => shift(state, pod, other, { node, by: -1 }),
    preScore(state, pod, _nodes, snapshot) {
      const weights = weighPods(pod, snapshot, means, weightsArgs)
      if (weights.isEmpty) return SKIP
      state.set(SCORE_KEY, weights)
      return OK
    },
    score: (state, _pod, { node }) =>
      (state.get(SCORE_KEY) as PlaceCounts).sum(node?.metadata.labels ?? {}),
    normalize: normalizeSpan,
  }
}

/** Throws `SchedulerConfigError`. */
function readWeights(args: PluginArgs): AffinityWeights {
  const weights = { ...AFFINITY_WEIGHTS_DEFAULT, ...(args as Partial<AffinityWeights>) }
  const { hardPodAffinityWeight: hard } = weights
  if (typeof hard === 'number' && hard >= 0 && hard <= 100) return weights
  throw new SchedulerConfigError(
    `hardPodAffinityWeight: Invalid value: ${String(hard)}: not in valid range [0-100]`,
  )
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
  for (const node of snapshot.nodesWithRequiredAntiAffinity) {
    const at: Place = { labels: node.node?.metadata.labels, by: 1, means }
    for (const { terms } of node.affinePods()) countForbidden(state, terms, pod, at)
  }
  if (!isPicky(state.terms)) return state
  for (const node of snapshot.nodes) {
    if (node.podCount === 0) continue
    const at: Place = { labels: node.node?.metadata.labels, by: 1, means }
    for (const other of node.pods()) countMeant(state, other, at)
  }
  return state
}

interface Place {
  /** Of the node on which the other pod is. */
  readonly labels: Readonly<Record<string, string>> | undefined
  readonly by: 1 | -1
  readonly means: Means
}

/** Counts another pod's anti-affinity, if it means this one. */
function countForbidden(
  { forbidden }: AffinityState,
  theirs: PodAffinityTerms,
  pod: PodView,
  { labels, by, means }: Place,
): void {
  for (const term of theirs.requiredAnti) {
    if (means(term, pod)) forbidden.add(term.topologyKey, labels, by)
  }
}

/** Counts another pod, if this one's terms mean it. */
function countMeant(
  { terms, near, far }: AffinityState,
  other: PodView,
  { labels, by, means }: Place,
): void {
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
