import type { Random } from '../../base/index.ts'
import type { NodeInfo } from './cache/node-info.ts'
import type { Extenders } from './extenders/index.ts'
import type { Cycle, Framework } from './framework/framework.ts'
import type { Nominations } from './framework/nominations.ts'
import type { CycleState, PodView, ScheduleResult, Snapshot } from './framework/types.ts'

// kube-scheduler's minFeasibleNodesToFind and minFeasibleNodesPercentageToFind.
const MIN_FEASIBLE_NODES = 100
const MIN_FEASIBLE_PERCENT = 5

const NO_SCORES: ReadonlyMap<string, number> = new Map()
const NOTHING_WRONG = {
  reasons: new Map<string, number>(),
  plugins: new Set<string>(),
  resolvable: [] as NodeInfo[],
  evaluated: 1,
}

/** Nodes on which a pod fits, to be narrowed down and scored. */
interface Found {
  readonly kind: 'found'
  readonly cycle: Cycle
  readonly feasible: readonly NodeInfo[]
  readonly evaluated: number
  /** For the case that none is left. */
  readonly failure: Extract<ScheduleResult, { kind: 'unschedulable' }>
}

/**
 * Chooses a node for one pod: filter, then score. On large clusters it stops filtering once enough
 * nodes fit, and starts the next search where this one ended, so that all nodes get their turn.
 */
export class Algorithm {
  readonly #framework: Framework
  readonly #random: Random
  readonly #nominations: Nominations
  readonly #percentage: number
  #nextStart = 0

  constructor(dependencies: {
    framework: Framework
    random: Random
    nominations: Nominations
    /** Share of the nodes that is enough; 0: the smaller the larger the cluster. */
    percentageOfNodesToScore: number
  }) {
    this.#framework = dependencies.framework
    this.#random = dependencies.random
    this.#nominations = dependencies.nominations
    this.#percentage = dependencies.percentageOfNodesToScore
  }

  schedule(pod: PodView, snapshot: Snapshot): ScheduleResult {
    const found = this.#find(pod, snapshot)
    if (found.kind !== 'found') return found
    return found.feasible.length === 0
      ? found.failure
      : this.#choose(found, found.feasible, snapshot, NO_SCORES)
  }

  /** The same with extenders, which see only nodes on which the pod fits. Throws what they do. */
  async scheduleWith(
    extenders: Extenders,
    { pod, snapshot }: { pod: PodView; snapshot: Snapshot },
    options: { signal: AbortSignal },
  ): Promise<ScheduleResult> {
    const found = this.#find(pod, snapshot)
    if (found.kind !== 'found') return found
    const { failure } = found
    const left = await extenders.filter(pod, found.feasible, options)
    if (left.feasible.length === 0) {
      const reasons = new Map(failure.diagnosis.reasons)
      for (const [why, count] of left.reasons) reasons.set(why, (reasons.get(why) ?? 0) + count)
      const { attempt } = failure
      const resolvable = [...(attempt?.resolvable ?? []), ...left.resolvable]
      return {
        kind: 'unschedulable',
        // Nobody knows what moves an extender: whatever wakes any plugin's pods may help.
        diagnosis: { ...failure.diagnosis, reasons, plugins: this.#allPlugins() },
        attempt: attempt && { ...attempt, resolvable },
      }
    }
    const isChoice = left.feasible.length > 1
    const extra = isChoice ? await extenders.scores(pod, left.feasible, options) : NO_SCORES
    return this.#choose(found, left.feasible, snapshot, extra)
  }

  #find(pod: PodView, snapshot: Snapshot): Found | ScheduleResult {
    const state: CycleState = new Map()
    const nodeCount = snapshot.nodes.length
    const early = this.#framework.preFilter(state, pod, snapshot)
    if (nodeCount === 0) {
      const diagnosis = {
        reasons: new Map<string, number>(),
        plugins: this.#allPlugins(),
        nodeCount,
      }
      return { kind: 'unschedulable', diagnosis, attempt: undefined }
    }
    const skipped = early.kind === 'ok' ? early.skipped : new Set<string>()
    const cycle: Cycle = { state, pod, skipped, nominations: this.#nominations }
    const attempt = { framework: this.#framework, cycle, snapshot, random: this.#random }
    if (early.kind === 'rejected') {
      const reasons = new Map(early.reasons.map((reason) => [reason, 0]))
      const diagnosis = { reasons, plugins: new Set([early.plugin]), nodeCount }
      return { kind: 'unschedulable', diagnosis, attempt: { ...attempt, resolvable: [] } }
    }
    const promised = this.#promisedNode(cycle, snapshot)
    const { feasible, reasons, plugins, resolvable, evaluated } = promised
      ? { ...NOTHING_WRONG, feasible: [promised] }
      : this.#findFeasible(cycle, snapshot)
    const diagnosis = { reasons, plugins, nodeCount }
    const failure = {
      kind: 'unschedulable',
      diagnosis,
      attempt: { ...attempt, resolvable },
    } as const
    return { kind: 'found', cycle, feasible, evaluated, failure }
  }

  #choose(
    { cycle, evaluated }: Found,
    nodes: readonly NodeInfo[],
    snapshot: Snapshot,
    extra: ReadonlyMap<string, number>,
  ): ScheduleResult {
    const nodeName = this.#best(cycle, nodes, snapshot, extra).name
    return { kind: 'fits', nodeName, evaluated, feasible: nodes.length, cycle }
  }

  /** For when nobody in particular turned a pod away. */
  #allPlugins(): Set<string> {
    return new Set(this.#framework.plugins.map((plugin) => plugin.name))
  }

  /** The node on which room was made for the pod, if it fits there now. */
  #promisedNode(cycle: Cycle, snapshot: Snapshot): NodeInfo | undefined {
    const name = this.#nominations.nodeOf(cycle.pod.metadata.uid)
    if (name === undefined) return undefined
    const node = snapshot.nodes.find((info) => info.name === name)
    return node && !this.#framework.filter(cycle, node) ? node : undefined
  }

  #findFeasible(cycle: Cycle, { nodes }: Snapshot) {
    const wanted = feasibleNodesToFind(nodes.length, this.#percentage)
    const feasible: NodeInfo[] = []
    const resolvable: NodeInfo[] = []
    const reasons = new Map<string, number>()
    const plugins = new Set<string>()
    let evaluated = 0
    while (evaluated < nodes.length && feasible.length < wanted) {
      const node = nodes[(this.#nextStart + evaluated) % nodes.length] as NodeInfo
      evaluated++
      const rejection = this.#framework.filter(cycle, node)
      if (!rejection) {
        feasible.push(node)
        continue
      }
      if (rejection.isResolvable) resolvable.push(node)
      plugins.add(rejection.plugin)
      for (const reason of rejection.reasons) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
    }
    this.#nextStart = (this.#nextStart + evaluated) % nodes.length
    return { feasible, resolvable, reasons, plugins, evaluated }
  }

  /** The node with the highest score, drawn by lot among equals. */
  #best(
    cycle: Cycle,
    nodes: readonly NodeInfo[],
    snapshot: Snapshot,
    extra: ReadonlyMap<string, number>,
  ): NodeInfo {
    if (nodes.length === 1) return nodes[0] as NodeInfo
    const scores = this.#framework.score(cycle, nodes, snapshot)
    if (extra.size > 0) {
      nodes.forEach(({ name }, i) => {
        scores[i] = (scores[i] ?? 0) + (extra.get(name) ?? 0)
      })
    }
    const highest = Math.max(...scores)
    const best = nodes.filter((_, i) => scores[i] === highest)
    return best[this.#random.int(best.length)] as NodeInfo
  }
}

function feasibleNodesToFind(nodeCount: number, percentage: number): number {
  if (nodeCount <= MIN_FEASIBLE_NODES) return nodeCount
  const adaptive = Math.max(MIN_FEASIBLE_PERCENT, 50 - Math.floor(nodeCount / 125))
  const percent = percentage === 0 ? adaptive : percentage
  return Math.max(MIN_FEASIBLE_NODES, Math.floor((nodeCount * percent) / 100))
}
