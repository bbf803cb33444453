import type { NodeView, PodView } from '../framework/types.ts'
import type { Candidate } from '../framework/post-filter.ts'

type Call = { readonly signal: AbortSignal }

/** What an extender says of the nodes on which a pod would fit. */
export interface Filtered {
  readonly fits: ReadonlySet<string>
  /** Nodes that it turned down, with its reasons. */
  readonly failed: ReadonlyMap<string, string>
  /** The same, of nodes on which removing pods would not help. */
  readonly unresolvable: ReadonlyMap<string, string>
}

/** Somebody outside who has a say in scheduling. A call throws when there is no (sane) answer. */
export interface Extender {
  /** For logs. */
  readonly name: string
  readonly ignorable: boolean
  /** Resources that only it counts. */
  readonly ignoredResources: readonly string[]
  /** Whether it wants to be asked about the pod at all. */
  isInterested(pod: PodView): boolean
  readonly filter?: (pod: PodView, nodes: readonly NodeView[], call: Call) => Promise<Filtered>
  /** Scores by node, 0 to `MAX_NODE_SCORE`, already weighted. */
  readonly prioritize?: (
    pod: PodView,
    nodes: readonly NodeView[],
    call: Call,
  ) => Promise<ReadonlyMap<string, number>>
  /** The candidates that remain, with the victims that it would have. */
  readonly preempt?: (
    pod: PodView,
    candidates: readonly Candidate[],
    call: Call,
  ) => Promise<readonly Candidate[]>
  readonly bind?: (pod: PodView, nodeName: string, call: Call) => Promise<void>
}
