import type { NodeInfo } from '../cache/node-info.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import { type CycleState, MAX_NODE_SCORE, type PodView, type Snapshot } from '../framework/types.ts'
import {
  countOn,
  hasAllKeys,
  HOSTNAME,
  isOwn,
  softConstraintsOf,
  SYSTEM_DEFAULTS,
  type SpreadConstraint,
  type SpreadDefaults,
} from './spread-constraints.ts'
import type { DomainCounts, SpreadCounts } from './spread-counts.ts'

const KEY = 'PodTopologySpread/score'
/** Score of a node that is in no domain: it becomes the worst. */
const OUTSIDE = -1

interface SoftState {
  readonly weighed: readonly Weighed[]
  /** Whether a node has to be in a domain of every constraint. */
  readonly needsAllKeys: boolean
  readonly constraints: readonly SpreadConstraint[]
}

interface Weighed {
  readonly constraint: SpreadConstraint
  /** Pods that count, in the whole cluster; undefined where nodes are counted one by one. */
  readonly domains: DomainCounts | undefined
  /** Evens out that constraints have few domains (zones) or many (nodes). */
  readonly weight: number
}

/** Counts what `scoreSpread` needs; false if nothing is to be spread. */
export function prepareSpread(cycle: {
  state: CycleState
  pod: PodView
  nodes: readonly NodeInfo[]
  snapshot: Snapshot
  lookups: ClusterLookups
  defaults: SpreadDefaults
  counts: SpreadCounts
}): boolean {
  const constraints = softConstraintsOf(cycle.pod, cycle)
  if (constraints.length === 0) return false
  // The defaults shall not turn clusters without zones into ones where no node counts.
  const needsAllKeys = isOwn(cycle.pod) || cycle.defaults !== SYSTEM_DEFAULTS
  const inQuestion = cycle.nodes.filter((info) => isInside(info, constraints, needsAllKeys))
  const zoned = constraints.filter((constraint) => !isPerNode(constraint))
  // Domains reach beyond the nodes in question: all of the cluster's nodes are counted.
  const counted = cycle.counts.count(cycle.snapshot.nodes, {
    constraints: zoned,
    within: needsAllKeys ? constraints : [],
  })
  const weighed = constraints.map((constraint): Weighed => {
    const weight = Math.log(sizeOf(constraint, inQuestion) + 2)
    return { constraint, domains: counted[zoned.indexOf(constraint)]?.domains, weight }
  })
  cycle.state.set(KEY, { weighed, needsAllKeys, constraints } satisfies SoftState)
  return true
}

/** The more pods that count in the node's domains, the more. */
export function scoreSpread(state: CycleState, info: NodeInfo): number {
  const { weighed, needsAllKeys, constraints } = state.get(KEY) as SoftState
  if (!isInside(info, constraints, needsAllKeys)) return OUTSIDE
  let score = 0
  for (const { constraint, domains, weight } of weighed) {
    const domain = info.node?.metadata.labels?.[constraint.topologyKey]
    if (domain === undefined) continue
    const count = domains ? domains.of(domain) : countOn(info, constraint)
    score += count * weight + (constraint.maxSkew - 1)
  }
  return Math.round(score)
}

/** Turns counts round: the fewest become the maximum. */
export function normalizeSpread(scores: number[]): void {
  const inside = scores.filter((score) => score !== OUTSIDE)
  const least = Math.min(...inside)
  const most = Math.max(...inside)
  scores.forEach((score, i) => {
    if (score === OUTSIDE) scores[i] = 0
    else if (most === 0) scores[i] = MAX_NODE_SCORE
    else scores[i] = Math.floor((MAX_NODE_SCORE * (most + least - score)) / most)
  })
}

function isInside(
  info: NodeInfo,
  constraints: readonly SpreadConstraint[],
  needsAllKeys: boolean,
): boolean {
  return !needsAllKeys || hasAllKeys(info.node, constraints)
}

function isPerNode({ topologyKey }: SpreadConstraint): boolean {
  return topologyKey === HOSTNAME
}

/** The number of domains that the nodes in question are in. */
function sizeOf(constraint: SpreadConstraint, nodes: readonly NodeInfo[]): number {
  if (isPerNode(constraint)) return nodes.length
  const domains = new Set<string>()
  for (const { node } of nodes) {
    const domain = node?.metadata.labels?.[constraint.topologyKey]
    if (domain !== undefined) domains.add(domain)
  }
  return domains.size
}
