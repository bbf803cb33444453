import type { DeepReadonly } from '../../../base/index.ts'
import type {
  CSINode,
  LabelSelector,
  PersistentVolume,
  PersistentVolumeClaim,
  PodDisruptionBudget,
  StorageClass,
} from '../../../api/index.ts'
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
  /** Of a namespace: what preemption must try not to violate. */
  disruptionBudgets(namespace: string): Iterable<DeepReadonly<PodDisruptionBudget>>
  claim(at: ObjectPlace): DeepReadonly<PersistentVolumeClaim> | undefined
  volume(name: string): DeepReadonly<PersistentVolume> | undefined
  /** All volumes of a class; the empty one means volumes without a class. */
  volumesOf(storageClassName: string): Iterable<DeepReadonly<PersistentVolume>>
  storageClass(name: string): DeepReadonly<StorageClass> | undefined
  /** What the volume drivers of a node told of themselves. */
  csiNode(name: string): DeepReadonly<CSINode> | undefined
}

export interface ObjectPlace {
  readonly namespace: string
  readonly name: string
}

/** For clusters that have none of all that, such as those of tests. */
export const NO_LOOKUPS: ClusterLookups = {
  namespaceLabels: () => ({}),
  siblingsOf: () => undefined,
  disruptionBudgets: () => [],
  claim: () => undefined,
  volume: () => undefined,
  volumesOf: () => [],
  storageClass: () => undefined,
  csiNode: () => undefined,
}
