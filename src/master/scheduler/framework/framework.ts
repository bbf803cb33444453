import type { NodeInfo } from '../cache/node-info.ts'
import type { Nominations } from './nominations.ts'
import type { FailedAttempt, PostFilterResult } from './post-filter.ts'
import type {
  CycleState,
  Diagnosis,
  Plugin,
  PodView,
  Snapshot,
  Status,
  WeightedPlugin,
} from './types.ts'

export type PreFilterResult =
  | { readonly kind: 'ok'; readonly skipped: ReadonlySet<string> }
  | { readonly kind: 'rejected'; readonly plugin: string; readonly reasons: readonly string[] }

/** One pod's way through the extension points. */
export interface Cycle {
  readonly state: CycleState
  readonly pod: PodView
  /** Plugins that have nothing to say about this pod. */
  readonly skipped: ReadonlySet<string>
  readonly nominations: Nominations
}

export interface Rejection {
  readonly plugin: string
  readonly reasons: readonly string[]
  /** Whether removing pods from the node may help. */
  readonly isResolvable: boolean
}

/** Runs a profile's plugins at each extension point, in their order. */
export class Framework {
  readonly profileName: string
  readonly plugins: readonly Plugin[]
  readonly #weights: ReadonlyMap<string, number>
  readonly #allFilters: readonly FilterPlugin[]
  /** Those of the cycle that filtered last. */
  #filters: { readonly skipped: ReadonlySet<string>; readonly plugins: readonly FilterPlugin[] }

  constructor(profileName: string, plugins: readonly WeightedPlugin[]) {
    this.profileName = profileName
    this.plugins = plugins.map(({ plugin }) => plugin)
    this.#allFilters = this.plugins.filter((plugin): plugin is FilterPlugin => !!plugin.filter)
    this.#filters = { skipped: new Set(), plugins: this.#allFilters }
    this.#weights = new Map(plugins.map(({ plugin, weight }) => [plugin.name, weight]))
  }

  /** The first plugin that keeps the pod out of the queue, if any. */
  preEnqueue(pod: PodView): { plugin: string; status: Status } | undefined {
    for (const plugin of this.plugins) {
      const status = plugin.preEnqueue?.(pod)
      if (status && status.kind !== 'ok' && status.kind !== 'skip') {
        return { plugin: plugin.name, status }
      }
    }
    return undefined
  }

  preFilter(state: CycleState, pod: PodView, snapshot: Snapshot): PreFilterResult {
    const skipped = new Set<string>()
    for (const plugin of this.plugins) {
      const status = plugin.preFilter?.(state, pod, snapshot)
      if (!status || status.kind === 'ok') continue
      if (status.kind === 'skip') skipped.add(plugin.name)
      else return { kind: 'rejected', plugin: plugin.name, reasons: status.reasons }
    }
    return { kind: 'ok', skipped }
  }

  /**
   * The first plugin that turns the node down; undefined when the pod fits. It has to fit both with
   * and without the pods of no lower priority that are nominated to the node: they may or may not
   * come, and it must depend on neither.
   */
  filter(cycle: Cycle, node: NodeInfo): Rejection | undefined {
    const nominated = rivals(cycle, node)
    if (nominated.length > 0) {
      const crowded = node.clone()
      for (const other of nominated) this.addPod(cycle, other, crowded)
      const rejection = this.#filter(cycle, crowded)
      for (const other of nominated) this.removePod(cycle, other, crowded)
      if (rejection) return rejection
    }
    return this.#filter(cycle, node)
  }

  /** Thinks another pod onto a copy of a node, until `removePod`. */
  addPod(cycle: Cycle, other: PodView, copy: NodeInfo): void {
    copy.addPod(other)
    for (const plugin of this.plugins) {
      if (cycle.skipped.has(plugin.name)) continue
      plugin.addPod?.(cycle.state, cycle.pod, other, copy)
    }
  }

  /** Thinks another pod away from a copy of a node, until `addPod`. */
  removePod(cycle: Cycle, other: PodView, copy: NodeInfo): void {
    copy.removePod(other.metadata.uid)
    for (const plugin of this.plugins) {
      if (cycle.skipped.has(plugin.name)) continue
      plugin.removePod?.(cycle.state, cycle.pod, other, copy)
    }
  }

  /** The first plugin's word that can make room; undefined if there is no such plugin. */
  postFilter(attempt: FailedAttempt): PostFilterResult | undefined {
    for (const plugin of this.plugins) {
      const result = plugin.postFilter?.(attempt)
      if (result) return result
    }
    return undefined
  }

  #filter({ state, pod, skipped }: Cycle, node: NodeInfo): Rejection | undefined {
    for (const plugin of this.#filtering(skipped)) {
      const status = plugin.filter(state, pod, node)
      if (status.kind === 'unschedulable' || status.kind === 'unresolvable') {
        const { kind, reasons } = status
        return { plugin: plugin.name, reasons, isResolvable: kind === 'unschedulable' }
      }
    }
    return undefined
  }

  /** The plugins that are asked in this cycle, worked out once and not for each of its nodes. */
  #filtering(skipped: ReadonlySet<string>): readonly FilterPlugin[] {
    if (this.#filters.skipped === skipped) return this.#filters.plugins
    const plugins = this.#allFilters.filter(({ name }) => !skipped.has(name))
    this.#filters = { skipped, plugins }
    return plugins
  }

  /** Takes what the pod needs on the node; the first plugin that cannot, with all given back. */
  reserve({ state, pod }: Cycle, node: NodeInfo): Rejection | undefined {
    for (const plugin of this.plugins) {
      const status = plugin.reserve?.(state, pod, node)
      if (!status || status.kind === 'ok' || status.kind === 'skip') continue
      this.#unreserve(state, pod)
      const { kind, reasons } = status
      return { plugin: plugin.name, reasons, isResolvable: kind === 'unschedulable' }
    }
    return undefined
  }

  unreserve({ state, pod }: Cycle): void {
    this.#unreserve(state, pod)
  }

  #unreserve(state: CycleState, pod: PodView): void {
    for (const plugin of [...this.plugins].reverse()) plugin.unreserve?.(state, pod)
  }

  /** Throws when a plugin cannot. */
  async preBind({ state, pod }: Cycle, options: { signal: AbortSignal }): Promise<void> {
    for (const plugin of this.plugins) await plugin.preBind?.(state, pod, options)
  }

  /** The weighted sum of all scores, one per node. */
  score({ state, pod }: Cycle, nodes: readonly NodeInfo[], snapshot: Snapshot): number[] {
    const totals = nodes.map(() => 0)
    for (const plugin of this.plugins) {
      if (!plugin.score) continue
      if (plugin.preScore?.(state, pod, nodes, snapshot).kind === 'skip') continue
      const weight = this.#weights.get(plugin.name) ?? 1
      const scores = nodes.map((node) => plugin.score?.(state, pod, node) ?? 0)
      plugin.normalize?.(scores)
      scores.forEach((score, i) => {
        totals[i] = (totals[i] ?? 0) + score * weight
      })
    }
    return totals
  }
}

type FilterPlugin = Plugin & Required<Pick<Plugin, 'filter'>>

const NOBODY: readonly PodView[] = []

function rivals({ pod, nominations }: Cycle, node: NodeInfo): readonly PodView[] {
  const nominated = nominations.on(node.name)
  if (nominated.length === 0) return NOBODY
  const priority = pod.spec.priority ?? 0
  return nominated.filter(
    (other) => other.metadata.uid !== pod.metadata.uid && (other.spec.priority ?? 0) >= priority,
  )
}

/**
 * Why no node fits, in kube-scheduler's words:
 * `0/3 nodes are available: 1 Insufficient cpu, 2 node(s) were unschedulable.`
 */
export function describeDiagnosis(diagnosis: Diagnosis): string {
  if (diagnosis.nodeCount === 0) return 'no nodes available to schedule pods'
  const reasons = [...diagnosis.reasons].map(([reason, count]) =>
    count === 0 ? reason : `${count} ${reason}`,
  )
  const why = reasons.length > 0 ? `: ${reasons.sort().join(', ')}` : ''
  return `0/${diagnosis.nodeCount} nodes are available${why}.`
}
