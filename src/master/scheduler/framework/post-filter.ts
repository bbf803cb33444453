import type { Random } from '../../../base/index.ts'
import type { NodeInfo } from '../cache/node-info.ts'
import type { Cycle, Framework } from './framework.ts'
import type { PodView, Snapshot } from './types.ts'

/** A cycle that found no node, with what a plugin needs to try whether fewer pods would help. */
export interface FailedAttempt {
  readonly framework: Framework
  readonly cycle: Cycle
  readonly snapshot: Snapshot
  /** Nodes that may fit once pods are gone from them. */
  readonly resolvable: readonly NodeInfo[]
  readonly random: Random
}

/** A node on which the pod would fit without the victims, the most important of them first. */
export interface Candidate {
  readonly kind: 'candidate'
  readonly nodeName: string
  readonly victims: readonly PodView[]
  /** How many of the victims a PodDisruptionBudget would have kept. */
  readonly violations: number
}

export type PostFilterResult =
  /** These pods have to go for the pod to fit on the node. */
  | {
      readonly kind: 'nominated'
      readonly nodeName: string
      readonly victims: readonly PodView[]
      /** All nodes where it could be so, this one among them. */
      readonly candidates: readonly Candidate[]
    }
  /** Why no room can be made. A nomination that the pod has is void unless `keepsNomination`. */
  | { readonly kind: 'helpless'; readonly message: string; readonly keepsNomination: boolean }
