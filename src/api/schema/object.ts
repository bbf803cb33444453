import type { ObjectMeta } from '../meta/index.ts'

/** What every resource object has. */
export interface KubeObject {
  apiVersion?: string
  kind?: string
  metadata: ObjectMeta
}

/**
 * An object as it came from a server: named, identified, versioned. `namespace` is there for
 * namespaced kinds only; code for cluster-scoped kinds does not read it.
 */
export type Stored<T extends KubeObject> = T & {
  metadata: ObjectMeta & {
    name: string
    namespace: string
    uid: string
    resourceVersion: string
    creationTimestamp: string
  }
}

/** One page of objects. */
export interface ObjectList<T> {
  readonly items: T[]
  readonly metadata: {
    readonly resourceVersion: string
    readonly continue?: string
    readonly remainingItemCount?: number
  }
}
