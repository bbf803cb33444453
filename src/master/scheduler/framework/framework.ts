import type { NodeInfo } from '../cache/node-info.ts'
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

/** Runs a profile's plugins at each extension point, in their order. */
export class Framework {
  readonly profileName: string
  readonly plugins: readonly Plugin[]
  readonly #weights: ReadonlyMap<string, number>

  constructor(profileName: string, plugins: readonly WeightedPlugin[]) {
    this.profileName = profileName
    this.plugins = plugins.map(({ plugin }) => plugin)
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

  /** The first plugin that turns the node down; undefined when the pod fits. */
  filter(
    state: CycleState,
    pod: PodView,
    node: NodeInfo,
    skipped: ReadonlySet<string>,
  ): { plugin: string; reasons: readonly string[] } | undefined {
    for (const plugin of this.plugins) {
      if (!plugin.filter || skipped.has(plugin.name)) continue
      const status = plugin.filter(state, pod, node)
      if (status.kind === 'unschedulable' || status.kind === 'unresolvable') {
        return { plugin: plugin.name, reasons: status.reasons }
      }
    }
    return undefined
  }

  /** The weighted sum of all scores, one per node. */
  score(state: CycleState, pod: PodView, nodes: readonly NodeInfo[]): number[] {
    const totals = nodes.map(() => 0)
    for (const plugin of this.plugins) {
      if (!plugin.score || plugin.preScore?.(state, pod, nodes).kind === 'skip') continue
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
