import type { DeepReadonly } from '../../../base/index.ts'
import type { KubeObject, PersistentVolumeClaim } from '../../../api/index.ts'
import type { NodeView, PodView } from './types.ts'

/** A change in the cluster that may make a waiting pod schedulable. */
export type ClusterEvent =
  | {
      readonly resource: 'node'
      readonly action: 'add' | 'update' | 'delete'
      readonly old: NodeView | undefined
      readonly now: NodeView | undefined
    }
  | {
      /** A pod that is bound to a node. */
      readonly resource: 'assigned-pod'
      readonly action: 'add' | 'update' | 'delete'
      readonly old: PodView | undefined
      readonly now: PodView | undefined
    }
  | {
      /** The waiting pod itself was changed by its owner. */
      readonly resource: 'pod'
      readonly action: 'update'
      readonly old: PodView | undefined
      readonly now: PodView | undefined
    }
  | {
      readonly resource: 'claim'
      readonly action: 'add' | 'update' | 'delete'
      readonly old: DeepReadonly<PersistentVolumeClaim> | undefined
      readonly now: DeepReadonly<PersistentVolumeClaim> | undefined
    }
  | {
      readonly resource: 'volume' | 'storage-class' | 'csi-node'
      readonly action: 'add' | 'update' | 'delete'
      readonly old: DeepReadonly<KubeObject> | undefined
      readonly now: DeepReadonly<KubeObject> | undefined
    }
