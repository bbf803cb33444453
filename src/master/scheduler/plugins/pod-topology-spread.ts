import type { NodeInfo } from '../cache/node-info.ts'
import { type PluginArgs, SchedulerConfigError } from '../config/index.ts'
import type { ClusterEvent } from '../framework/events.ts'
import type { ClusterLookups } from '../framework/lookups.ts'
import {
  type EventInterest,
  OK,
  type Plugin,
  type PodView,
  SKIP,
  unresolvable,
  unschedulable,
} from '../framework/types.ts'
import {
  hardConstraintsOf,
  hasAllKeys,
  type SpreadDefaults,
  SYSTEM_DEFAULTS,
} from './spread-constraints.ts'
import { type Counted, SpreadCounts } from './spread-counts.ts'
import { normalizeSpread, prepareSpread, scoreSpread } from './spread-score.ts'

const KEY = 'PodTopologySpread'
const SKEWED = "node(s) didn't match pod topology spread constraints"

/** Spreads pods of a kind over zones, nodes or other domains (KEP-895). */
export function podTopologySpread(lookups: ClusterLookups, args: PluginArgs = {}): Plugin {
  const defaults = readDefaults(args)
  const counts = new SpreadCounts()
  return {
    name: KEY,
    interests: interestsOf({ lookups, defaults }),
    preFilter(state, pod, { nodes }) {
      const constraints = hardConstraintsOf(pod, { lookups, defaults })
      if (constraints.length === 0) return SKIP
      state.set(KEY, counts.count(nodes, { constraints, within: constraints }))
      return OK
    },
    filter(state, _pod, { node }) {
      for (const counted of state.get(KEY) as readonly Counted[]) {
        const { topologyKey, maxSkew, countsItself } = counted.constraint
        const domain = node?.metadata.labels?.[topologyKey]
        if (domain === undefined) return unresolvable(`${SKEWED} (missing required label)`)
        const here = counted.domains.of(domain) + (countsItself ? 1 : 0)
        if (here - leastOf(counted) > maxSkew) return unschedulable(SKEWED)
      }
      return OK
    },
    addPod: (state, _pod, other, node) => shift(state.get(KEY), { other, node, by: 1 }),
    removePod: (state, _pod, other, node) => shift(state.get(KEY), { other, node, by: -1 }),
    preScore: (state, pod, nodes, snapshot) =>
      prepareSpread({ state, pod, nodes, snapshot, lookups, defaults, counts }) ? OK : SKIP,
    score: (state, _pod, node) => scoreSpread(state, node),
    normalize: normalizeSpread,
  }
}

/** Too few domains count as if there were one that is empty (`minDomains`, KEP-3022). */
function leastOf({ constraint, domains }: Counted): number {
  return domains.size < constraint.minDomains ? 0 : domains.least
}

function shift(state: unknown, change: { other: PodView; node: NodeInfo; by: 1 | -1 }): void {
  const all = state as readonly Counted[] | undefined
  const { node } = change.node
  const constraints = all?.map(({ constraint }) => constraint) ?? []
  if (!all || !hasAllKeys(node, constraints)) return
  for (const { constraint, domains } of all) {
    if (!constraint.counts(change.other) || !constraint.includes(node)) continue
    domains.shift(node.metadata.labels?.[constraint.topologyKey] ?? '', change.by)
  }
}

function interestsOf(of: Defaults): readonly EventInterest[] {
  return [
    {
      resource: 'assigned-pod',
      actions: ['add', 'update', 'delete'],
      mayHelp: (pod, event) => changesCounts(pod, event, of),
    },
    {
      resource: 'node',
      actions: ['add', 'update', 'delete'],
      mayHelp: (pod, event) => {
        if (event.resource !== 'node') return false
        const constraints = hardConstraintsOf(pod, of)
        return [event.old, event.now].some((node) => node && hasAllKeys(node, constraints))
      },
    },
  ]
}

type Defaults = Parameters<typeof hardConstraintsOf>[1]

/** A pod that comes lifts the emptiest domain; one that goes makes room in the fullest. */
function changesCounts(pod: PodView, event: ClusterEvent, of: Defaults): boolean {
  if (event.resource !== 'assigned-pod') return false
  const { old, now } = event
  return hardConstraintsOf(pod, of).some((constraint) => {
    const before = old !== undefined && constraint.counts(old)
    const after = now !== undefined && constraint.counts(now)
    return before !== after
  })
}

/** PodTopologySpreadArgs. Throws `SchedulerConfigError`. */
function readDefaults(args: PluginArgs): SpreadDefaults {
  const constraints = args['defaultConstraints'] as SpreadDefaults | undefined
  const type = args['defaultingType'] ?? 'System'
  if (type === 'List') return constraints ?? []
  if (type !== 'System') {
    throw new SchedulerConfigError(
      `defaultingType: Unsupported value: ${JSON.stringify(type)}: supported values: "System", "List"`,
    )
  }
  if ((constraints ?? []).length > 0) {
    throw new SchedulerConfigError(
      'defaultingType: Invalid value: "System": when .defaultConstraints are not empty',
    )
  }
  return SYSTEM_DEFAULTS
}
