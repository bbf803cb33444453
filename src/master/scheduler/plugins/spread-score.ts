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
  /** Pods that count, in the domains of the nodes in question; nodes are counted one by one. */
  readonly domains: Map<string, number>
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
}): boolean {
  const constraints = softConstraintsOf(cycle.pod, cycle)
  if (constraints.length === 0) return false
  // The defaults shall not turn clusters without zones into ones where no node counts.
  const needsAllKeys = isOwn(cycle.pod) || cycle.defaults !== SYSTEM_DEFAULTS
  const inQuestion = cycle.nodes.filter((info) => isInside(info, constraints, needsAllKeys))
  const weighed = constraints.map((constraint) => weigh(constraint, inQuestion))
  countZones(weighed, cycle.snapshot, { constraints, needsAllKeys })
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
    const count = isPerNode(constraint) ? countOn(info, constraint) : (domains.get(domain) ?? 0)
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

function weigh(constraint: SpreadConstraint, nodes: readonly NodeInfo[]): Weighed {
  const domains = new Map<string, number>()
  if (!isPerNode(constraint)) {
    for (const { node } of nodes) {
      const domain = node?.metadata.labels?.[constraint.topologyKey]
      if (domain !== undefined) domains.set(domain, 0)
    }
  }
  const size = isPerNode(constraint) ? nodes.length : domains.size
  return { constraint, domains, weight: Math.log(size + 2) }
}

/** Domains reach beyond the nodes in question: all of the cluster's nodes are counted. */
function countZones(
  weighed: readonly Weighed[],
  { nodes }: Snapshot,
  rule: { constraints: readonly SpreadConstraint[]; needsAllKeys: boolean },
): void {
  const zoned = weighed.filter(({ domains }) => domains.size > 0)
  if (zoned.length === 0) return
  for (const info of nodes) {
    const { node } = info
    if (!node || !isInside(info, rule.constraints, rule.needsAllKeys)) continue
    for (const { constraint, domains } of zoned) {
      const domain = node.metadata.labels?.[constraint.topologyKey]
      const before = domain === undefined ? undefined : domains.get(domain)
      if (domain === undefined || before === undefined || !constraint.includes(node)) continue
      domains.set(domain, before + countOn(info, constraint))
    }
  }
}
