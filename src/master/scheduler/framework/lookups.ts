import type { DeepReadonly } from '../../../base/index.ts'
import type { LabelSelector } from '../../../api/index.ts'
import type { PodView } from './types.ts'

/** What plugins ask about the cluster beside its nodes and pods. */
export interface ClusterLookups {
  /** The labels of a namespace; none if it is not known. */
  namespaceLabels(name: string): Readonly<Record<string, string>>
  /**
   * What the Services and the ReplicaSet of a pod select together: the pods to which it belongs.
   * Undefined for a pod that belongs to none (kube-scheduler's `DefaultSelector`).
   */
  siblingsOf(pod: PodView): DeepReadonly<LabelSelector> | undefined
}

/** For clusters without namespaces, Services and ReplicaSets, such as those of tests. */
export const NO_LOOKUPS: ClusterLookups = {
  namespaceLabels: () => ({}),
  siblingsOf: () => undefined,
}
