import type { Random } from '../../base/index.ts'
import type { NodeInfo } from './cache/node-info.ts'
import type { Framework } from './framework/framework.ts'
import type { CycleState, PodView, ScheduleResult, Snapshot } from './framework/types.ts'

// kube-scheduler's minFeasibleNodesToFind and minFeasibleNodesPercentageToFind.
const MIN_FEASIBLE_NODES = 100
const MIN_FEASIBLE_PERCENT = 5

/**
 * Chooses a node for one pod: filter, then score. On large clusters it stops filtering once enough
 * nodes fit, and starts the next search where this one ended, so that all nodes get their turn.
 */
export class Algorithm {
  readonly #framework: Framework
  readonly #random: Random
  #nextStart = 0

  constructor(dependencies: { framework: Framework; random: Random }) {
    this.#framework = dependencies.framework
    this.#random = dependencies.random
  }

  schedule(pod: PodView, snapshot: Snapshot): ScheduleResult {
    const state: CycleState = new Map()
    const nodeCount = snapshot.nodes.length
    const early = this.#framework.preFilter(state, pod, snapshot)
    if (early.kind === 'rejected') {
      const reasons = new Map(early.reasons.map((reason) => [reason, 0]))
      const plugins = new Set([early.plugin])
      return { kind: 'unschedulable', diagnosis: { reasons, plugins, nodeCount } }
    }
    if (nodeCount === 0) {
      // Nobody turned it away: whatever wakes any plugin's pods may help.
      const plugins = new Set(this.#framework.plugins.map((plugin) => plugin.name))
      return { kind: 'unschedulable', diagnosis: { reasons: new Map(), plugins, nodeCount } }
    }
    const found = this.#findFeasible(state, pod, snapshot, early.skipped)
    if (found.feasible.length === 0) {
      const { reasons, plugins } = found
      return { kind: 'unschedulable', diagnosis: { reasons, plugins, nodeCount } }
    }
    const node = this.#best(state, pod, found.feasible)
    return {
      kind: 'fits',
      nodeName: node.name,
      evaluated: found.evaluated,
      feasible: found.feasible.length,
    }
  }

  #findFeasible(
    state: CycleState,
    pod: PodView,
    { nodes }: Snapshot,
    skipped: ReadonlySet<string>,
  ) {
    const wanted = feasibleNodesToFind(nodes.length)
    const feasible: NodeInfo[] = []
    const reasons = new Map<string, number>()
    const plugins = new Set<string>()
    let evaluated = 0
    while (evaluated < nodes.length && feasible.length < wanted) {
      const node = nodes[(this.#nextStart + evaluated) % nodes.length] as NodeInfo
      evaluated++
      const rejection = this.#framework.filter(state, pod, node, skipped)
      if (!rejection) {
        feasible.push(node)
        continue
      }
      plugins.add(rejection.plugin)
      for (const reason of rejection.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    this.#nextStart = nodes.length === 0 ? 0 : (this.#nextStart + evaluated) % nodes.length
    return { feasible, reasons, plugins, evaluated }
  }

  /** The node with the highest score, drawn by lot among equals. */
  #best(state: CycleState, pod: PodView, nodes: readonly NodeInfo[]): NodeInfo {
    if (nodes.length === 1) return nodes[0] as NodeInfo
    const scores = this.#framework.score(state, pod, nodes)
    const highest = Math.max(...scores)
    const best = nodes.filter((_, i) => scores[i] === highest)
    return best[this.#random.int(best.length)] as NodeInfo
  }
}

function feasibleNodesToFind(nodeCount: number): number {
  if (nodeCount <= MIN_FEASIBLE_NODES) return nodeCount
  const percent = Math.max(MIN_FEASIBLE_PERCENT, 50 - Math.floor(nodeCount / 125))
  return Math.max(MIN_FEASIBLE_NODES, Math.floor((nodeCount * percent) / 100))
}
