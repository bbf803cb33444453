import type { DeepReadonly } from '../../../base/index.ts'
import type { Node, Pod, Stored } from '../../../api/index.ts'
import type { NodeInfo } from '../cache/node-info.ts'
import type { ClusterEvent } from './events.ts'
import type { Cycle } from './framework.ts'
import type { FailedAttempt, PostFilterResult } from './post-filter.ts'

export type PodView = DeepReadonly<Stored<Pod>>
export type NodeView = DeepReadonly<Stored<Node>>

/**
 * What a plugin says of a pod (and node). `unresolvable` means that removing pods from the node
 * would not help. Errors (bugs, lost connections) are thrown, not returned.
 */
export type Status =
  | { readonly kind: 'ok' }
  | { readonly kind: 'unschedulable'; readonly reasons: readonly string[] }
  | { readonly kind: 'unresolvable'; readonly reasons: readonly string[] }
  /** This plugin has nothing to say about this pod: it is not asked again in this cycle. */
  | { readonly kind: 'skip' }

export const OK: Status = { kind: 'ok' }
export const SKIP: Status = { kind: 'skip' }
export const unschedulable = (...reasons: string[]): Status => ({ kind: 'unschedulable', reasons })
export const unresolvable = (...reasons: string[]): Status => ({ kind: 'unresolvable', reasons })

/** Highest score a plugin gives to a node, after normalising. */
export const MAX_NODE_SCORE = 100

/** What one plugin worked out for one pod in one cycle: written before filtering, read after. */
export type CycleState = Map<string, unknown>

/** The cluster as it stands for one scheduling cycle. Nodes keep their order between cycles. */
export interface Snapshot {
  readonly nodes: readonly NodeInfo[]
  /** Nodes with a pod that has any affinity or anti-affinity to pods. */
  readonly nodesWithAffinity: Iterable<NodeInfo>
  readonly nodesWithRequiredAntiAffinity: Iterable<NodeInfo>
  /** On how many nodes each image is. */
  readonly imageNodeCounts: ReadonlyMap<string, number>
}

/** Which changes in the cluster may make a pod schedulable that this plugin turned away. */
export interface EventInterest {
  readonly resource: ClusterEvent['resource']
  readonly actions: readonly ClusterEvent['action'][]
  /** Narrows it down to this change; default: every such change may help. */
  mayHelp?(pod: PodView, event: ClusterEvent): boolean
}

/**
 * A scheduling plugin: one concern, its name as in kube-scheduler. Every extension point is
 * optional, pure and synchronous; the framework calls them in this order.
 */
export interface Plugin {
  readonly name: string
  /** May the pod enter the queue at all? */
  preEnqueue?(pod: PodView): Status
  /** Once per cycle, before any node is looked at. */
  preFilter?(state: CycleState, pod: PodView, snapshot: Snapshot): Status
  /** Can the pod run on this node? */
  filter?(state: CycleState, pod: PodView, node: NodeInfo): Status
  /**
   * For plugins whose `filter` looks beyond one node: `other` is now thought to run on `node` (or no
   * more). Either undoes the other exactly.
   */
  addPod?(state: CycleState, pod: PodView, other: PodView, node: NodeInfo): void
  removePod?(state: CycleState, pod: PodView, other: PodView, node: NodeInfo): void
  /** After no node fitted: may make room. */
  postFilter?(attempt: FailedAttempt): PostFilterResult
  /** Once per cycle, with the nodes that passed the filters. */
  preScore?(state: CycleState, pod: PodView, nodes: readonly NodeInfo[], snapshot: Snapshot): Status
  /** How well the node suits; any number, if `normalize` brings it to 0…MAX_NODE_SCORE. */
  score?(state: CycleState, pod: PodView, node: NodeInfo): number
  normalize?(scores: number[]): void
  /** The node is chosen: takes what the pod will need there. Anything but `ok` ends the cycle. */
  reserve?(state: CycleState, pod: PodView, node: NodeInfo): Status
  /** Gives back what `reserve` took: the pod does not come. Also called if `reserve` took nothing. */
  unreserve?(state: CycleState, pod: PodView): void
  /** Beside the next cycles, before the pod is bound. Throws to have the pod tried again. */
  preBind?(state: CycleState, pod: PodView, options: { signal: AbortSignal }): Promise<void>
  /** What may help a pod that this plugin turned away. */
  readonly interests: readonly EventInterest[]
}

export interface WeightedPlugin {
  readonly plugin: Plugin
  readonly weight: number
}

/** What kept a pod from every node: for its condition, its event, and for waking it up. */
export interface Diagnosis {
  /** Reasons and the number of nodes each was given for. */
  readonly reasons: ReadonlyMap<string, number>
  /** Plugins that turned it away. */
  readonly plugins: ReadonlySet<string>
  readonly nodeCount: number
}

export type ScheduleResult =
  | {
      readonly kind: 'fits'
      readonly nodeName: string
      readonly evaluated: number
      readonly feasible: number
      /** For `unreserve` and `preBind`. */
      readonly cycle: Cycle
    }
  | {
      readonly kind: 'unschedulable'
      readonly diagnosis: Diagnosis
      /** For the plugins that may make room; undefined in a cluster without nodes. */
      readonly attempt: FailedAttempt | undefined
    }
