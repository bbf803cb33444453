import type { DeepReadonly } from '../base/index.ts'
import type { DeleteOptions, KubeObject, ObjectList, Resource, Stored } from '../api/index.ts'

export interface CallOptions {
  signal?: AbortSignal
}

export interface ListCallOptions extends CallOptions {
  /** Default: all namespaces (or cluster-scoped). */
  namespace?: string
  labelSelector?: string
  fieldSelector?: string
  limit?: number
  continue?: string
  resourceVersion?: string
}

export interface WatchCallOptions extends ListCallOptions {
  signal: AbortSignal
  /** After this the server ends the watch. Default: the server's own bound. */
  timeoutSeconds?: number
}

export type PatchType = 'json' | 'merge' | 'strategic' | 'apply'

export interface PatchRequest {
  readonly type: PatchType
  readonly body: unknown
  readonly subresource?: string
  /** Whom the fields belong to; required by `apply`. */
  readonly fieldManager?: string
  /** With `apply`: takes fields over from other managers. */
  readonly force?: boolean
}

export type WatchEvent<T extends KubeObject> =
  | { readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'; readonly object: Stored<T> }
  | { readonly type: 'BOOKMARK'; readonly resourceVersion: string }

/** Where an object is: namespace only for namespaced kinds. */
export interface ObjectName {
  readonly name: string
  readonly namespace?: string
}

/**
 * One resource of the API. Failures are `StatusError` (the server's words) or `ConnectionError`
 * (no master answered). Calls that did not reach a master are tried on the next one.
 */
export interface ResourceClient<T extends KubeObject> {
  readonly resource: Resource<T>
  get(at: ObjectName, options?: CallOptions): Promise<Stored<T>>
  list(options?: ListCallOptions): Promise<ObjectList<Stored<T>>>
  /** Namespace and name are read from the object's metadata. */
  create(object: T, options?: CallOptions): Promise<Stored<T>>
  update(object: T, options?: CallOptions): Promise<Stored<T>>
  updateStatus(object: T, options?: CallOptions): Promise<Stored<T>>
  patch(at: ObjectName, patch: PatchRequest, options?: CallOptions): Promise<Stored<T>>
  delete(at: ObjectName, body?: DeleteOptions, options?: CallOptions): Promise<void>
  /** POST or PUT of a sub-resource such as `binding` or `eviction`. */
  subresource(
    at: ObjectName,
    call: { name: string; method: 'POST' | 'PUT' | 'GET'; body?: unknown },
    options?: CallOptions,
  ): Promise<unknown>
  /** Ends without error when the server ends it; throws StatusError 410 `Expired` as an error event. */
  watch(options: WatchCallOptions): AsyncIterable<WatchEvent<T>>
}

/** The typed way to the API. */
export interface Client {
  for<T extends KubeObject>(resource: Resource<T>): ResourceClient<T>
  /** Any other path, JSON in and out. */
  request(
    call: { method: string; path: string; body?: unknown; contentType?: string },
    options?: CallOptions,
  ): Promise<unknown>
}

/** `namespace/name`, or `name` for cluster-scoped kinds: what work queues hold. */
export type ObjectKey = string

export interface InformerHandler<T extends KubeObject> {
  /** `old` is undefined for an addition, `now` for a deletion. Synchronous and quick. */
  (change: {
    readonly old: DeepReadonly<Stored<T>> | undefined
    readonly now: DeepReadonly<Stored<T>> | undefined
  }): void
}

/**
 * A local, read-only copy of one resource, kept up to date by list and watch. It survives
 * disconnects and 410 by listing again (and then tells handlers of what vanished meanwhile).
 */
export interface Informer<T extends KubeObject> {
  readonly resource: Resource<T>
  /** True once the first list is in. */
  readonly synced: boolean
  whenSynced(options: { signal: AbortSignal }): Promise<void>
  get(key: ObjectKey): DeepReadonly<Stored<T>> | undefined
  list(): Iterable<DeepReadonly<Stored<T>>>
  inNamespace(namespace: string): Iterable<DeepReadonly<Stored<T>>>
  /** Objects under a named index, see `addIndex`. */
  byIndex(index: string, value: string): Iterable<DeepReadonly<Stored<T>>>
  /**
   * `values` gives the index values of an object. A name that is taken keeps its first index:
   * those who share an informer agree on what a name means.
   */
  addIndex(index: string, values: (object: DeepReadonly<Stored<T>>) => readonly string[]): void
  /** Existing objects are told as additions. The returned function removes the handler. */
  addHandler(handler: InformerHandler<T>): () => void
}

/** Shares one informer per resource (and selector) between everything in a process. */
export interface Informers {
  for<T extends KubeObject>(
    resource: Resource<T>,
    options?: { namespace?: string; fieldSelector?: string; labelSelector?: string },
  ): Informer<T>
  /** Ends the informer of a resource that is served no longer, whoever asked for it. */
  drop(resource: Pick<Resource, 'group' | 'version' | 'plural'>): void
  /** Starts all that were asked for, also later ones; ends with the signal. */
  run(options: { signal: AbortSignal }): Promise<void>
}

/** Outcome of one reconciliation. */
export type ReconcileResult =
  | { readonly kind: 'done' }
  | { readonly kind: 'requeue'; readonly afterMs: number }

export type EventType = 'Normal' | 'Warning'

/** Writes events about objects: counted and rate-limited, never failing its caller. */
export interface EventRecorder {
  event(
    about: DeepReadonly<KubeObject>,
    event: {
      readonly type: EventType
      /** CamelCase, machine-readable: `FailedScheduling`. */
      readonly reason: string
      readonly message: string
      /** The part that is meant, such as `spec.containers{web}`. */
      readonly fieldPath?: string
      /** What was done or tried; told by recorders of `events.k8s.io` alone, like the next. */
      readonly action?: string
      /** A second object that has to do with it. */
      readonly related?: DeepReadonly<KubeObject>
    },
  ): void
}
