import type { DeepReadonly } from '../../../base/index.ts'
import {
  fitsNode,
  type LabelSelector,
  matchesLabelSelector,
  type TopologySpreadConstraint,
  untoleratedTaints,
} from '../../../api/index.ts'
import { narrowSelector } from '../cache/affinity-terms.ts'
import type { NodeInfo } from '../cache/node-info.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import type { NodeView, PodView } from '../framework/types.ts'
import { HARD_EFFECTS } from './taint-toleration.ts'

export const HOSTNAME = 'kubernetes.io/hostname'
const ZONE = 'topology.kubernetes.io/zone'

/** Constraints for pods of a Service or ReplicaSet that have none of their own. */
export type SpreadDefaults = readonly DeepReadonly<TopologySpreadConstraint>[]

/** What holds for them if the profile says nothing (KEP-1258). */
export const SYSTEM_DEFAULTS: SpreadDefaults = [
  { topologyKey: HOSTNAME, maxSkew: 3, whenUnsatisfiable: 'ScheduleAnyway' },
  { topologyKey: ZONE, maxSkew: 5, whenUnsatisfiable: 'ScheduleAnyway' },
]

/** A constraint of one pod, ready to be counted. */
export interface SpreadConstraint {
  readonly topologyKey: string
  readonly maxSkew: number
  readonly minDomains: number
  /** All on which `counts` and `includes` depend: constraints that ask the same count the same. */
  readonly asks: unknown
  /** Whether the pod itself counts where it goes. */
  readonly countsItself: boolean
  /** Whether this other pod is one of those that are to be spread. */
  counts(other: PodView): boolean
  /** Whether pods on this node count, by `nodeAffinityPolicy` and `nodeTaintsPolicy` (KEP-3094). */
  includes(node: NodeView): boolean
}

/** The pod's constraints that decide (`DoNotSchedule`). */
export function hardConstraintsOf(pod: PodView, of: DefaultsOf): SpreadConstraint[] {
  return constraintsOf(pod, 'DoNotSchedule', of)
}

/** Those that weigh; of the defaults if the pod has no constraints of its own. */
export function softConstraintsOf(pod: PodView, of: DefaultsOf): SpreadConstraint[] {
  return constraintsOf(pod, 'ScheduleAnyway', of)
}

interface DefaultsOf {
  readonly lookups: ClusterLookups
  readonly defaults: SpreadDefaults
}

function constraintsOf(
  pod: PodView,
  whenUnsatisfiable: string,
  { lookups, defaults }: DefaultsOf,
): SpreadConstraint[] {
  if (isOwn(pod)) return ownConstraintsOf(pod, whenUnsatisfiable)
  const wanted = defaults.filter((each) => each.whenUnsatisfiable === whenUnsatisfiable)
  if (wanted.length === 0) return []
  const labelSelector = lookups.siblingsOf(pod)
  if (!labelSelector) return []
  return wanted.map((constraint) => constraintOf(pod, constraint, labelSelector))
}

/** Whether the pod says itself how it is to be spread. */
export function isOwn(pod: PodView): boolean {
  return (pod.spec.topologySpreadConstraints ?? []).length > 0
}

/** Whether the node is in some domain of each constraint. */
export function hasAllKeys(
  node: NodeView | undefined,
  constraints: readonly SpreadConstraint[],
): node is NodeView {
  const labels = node?.metadata.labels
  for (const { topologyKey } of constraints) if (labels?.[topologyKey] === undefined) return false
  return true
}

/** How many pods on the node count. */
export function countOn(node: NodeInfo, constraint: SpreadConstraint): number {
  if (node.podCount === 0) return 0
  let count = 0
  for (const pod of node.pods()) if (constraint.counts(pod)) count++
  return count
}

function ownConstraintsOf(pod: PodView, whenUnsatisfiable: string): SpreadConstraint[] {
  return (pod.spec.topologySpreadConstraints ?? [])
    .filter((constraint) => constraint.whenUnsatisfiable === whenUnsatisfiable)
    .map((constraint) => constraintOf(pod, constraint, constraint.labelSelector))
}

function constraintOf(
  pod: PodView,
  constraint: DeepReadonly<TopologySpreadConstraint>,
  labelSelector: DeepReadonly<LabelSelector> | undefined,
): SpreadConstraint {
  const { namespace, labels } = pod.metadata
  const selector = narrowSelector(labelSelector, pod, { same: constraint.matchLabelKeys ?? [] })
  const isEmpty =
    selector !== undefined &&
    Object.keys(selector.matchLabels ?? {}).length === 0 &&
    (selector.matchExpressions ?? []).length === 0
  const honoursAffinity = constraint.nodeAffinityPolicy !== 'Ignore'
  const honoursTaints = constraint.nodeTaintsPolicy === 'Honor'
  const { nodeSelector, affinity, tolerations = [] } = pod.spec
  const required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution
  return {
    topologyKey: constraint.topologyKey,
    maxSkew: constraint.maxSkew,
    minDomains: constraint.minDomains ?? 1,
    asks: [
      constraint.topologyKey,
      namespace,
      selector,
      honoursAffinity && [nodeSelector, required],
      honoursTaints && tolerations,
    ],
    countsItself: matchesLabelSelector(selector, labels),
    counts: ({ metadata }) =>
      // An empty selector counts nobody here; pods on their way out do not count either.
      !isEmpty &&
      metadata.namespace === namespace &&
      metadata.deletionTimestamp === undefined &&
      matchesLabelSelector(selector, metadata.labels),
    includes: (node) =>
      (!honoursAffinity || fitsNode(pod.spec, node)) &&
      (!honoursTaints ||
        untoleratedTaints(node.spec.taints, pod.spec.tolerations, HARD_EFFECTS).length === 0),
  }
}
