import {
  AssertionError,
  type Clock,
  ConnectionError,
  type DeepReadonly,
  type Log,
  type Random,
  StatusError,
} from '../../base/index.ts'
import { keyOf, type KubeObject, type Resource, type Stored } from '../../api/index.ts'
import {
  type Client,
  type EventRecorder,
  forkSignal,
  type Informer,
  type Informers,
  type ObjectKey,
  type ReconcileResult,
  WorkQueue,
} from '../../client/index.ts'

/** Keys of one controller that are worked on at once, where it says nothing else. */
const WORKERS = 5

export type Cached<T extends KubeObject> = DeepReadonly<Stored<T>>

/** What every controller is made from. */
export interface ControllerContext {
  readonly client: Client
  readonly informers: Informers
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Events under the controller's own name. */
  readonly recorder: EventRecorder
  /** Every resource of the API. */
  readonly resources: readonly Resource[]
}

/** Changes of one informer as keys to be reconciled. */
export interface Source {
  whenSynced(options: { signal: AbortSignal }): Promise<void>
  /** Existing objects count as changes. The returned function ends it. */
  subscribe(add: (key: ObjectKey, afterMs?: number) => void): () => void
}

/** A change of an object: `old` is absent for an addition, `now` for a deletion. */
export interface Change<T extends KubeObject> {
  readonly old: Cached<T> | undefined
  readonly now: Cached<T> | undefined
}

/**
 * A controller: level-triggered, idempotent, safe to stop at any await. `reconcile` reads from
 * informers, plans purely and applies; without a difference it writes nothing.
 */
export interface Controller {
  /** As in kube-controller-manager. */
  readonly name: string
  readonly workers?: number
  readonly sources: readonly Source[]
  /** `StatusError` and `ConnectionError` bring the key back with back-off. */
  reconcile(key: ObjectKey, options: { signal: AbortSignal }): Promise<ReconcileResult>
}

/** A copy that may be changed and written. */
export function draft<T extends KubeObject>(object: Cached<T>): Stored<T> {
  return JSON.parse(JSON.stringify(object)) as Stored<T>
}

export const done: ReconcileResult = { kind: 'done' }

export function requeueAfter(afterMs: number): ReconcileResult {
  return { kind: 'requeue', afterMs }
}

/** Tells of every change of an informer's objects by the keys that `keys` names. */
export function changesOf<T extends KubeObject>(
  informer: Informer<T>,
  keys: (change: Change<T>) => Iterable<ObjectKey>,
): Source {
  return {
    whenSynced: (options) => informer.whenSynced(options),
    subscribe: (add) =>
      informer.addHandler((change) => {
        for (const key of keys(change)) add(key)
      }),
  }
}

/** Every object that changed, by its own key. */
export function objectsOf<T extends KubeObject>(informer: Informer<T>): Source {
  return changesOf(informer, ({ old, now }) => {
    const object = now ?? old
    return object ? [keyOf(object)] : []
  })
}

/** Only waits for the informer, which `reconcile` reads. */
export function syncOf<T extends KubeObject>(informer: Informer<T>): Source {
  return { whenSynced: (options) => informer.whenSynced(options), subscribe: () => () => {} }
}

/** Counters since the start, and how much waits now. */
export interface ControllerMetrics {
  readonly name: string
  reconciles: number
  errors: number
  conflicts: number
  readonly queueLength: number
}

/** One controller at work. */
export class ControllerRunner {
  readonly #controller: Controller
  readonly #queue: WorkQueue
  readonly #log: Log
  readonly metrics: ControllerMetrics

  constructor(controller: Controller, options: { clock: Clock; log: Log }) {
    this.#controller = controller
    const queue = new WorkQueue({ clock: options.clock })
    this.#queue = queue
    this.#log = options.log.child({ controller: controller.name })
    this.metrics = {
      name: controller.name,
      reconciles: 0,
      errors: 0,
      conflicts: 0,
      get queueLength() {
        return queue.length
      },
    }
  }

  /** Works until the signal aborts and what is under way has ended. Rejects on a broken invariant. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { sources, workers = WORKERS } = this.#controller
    const ends: (() => void)[] = []
    const onAbort = () => this.#queue.close()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    try {
      for (const source of sources) await source.whenSynced({ signal })
      const add = (key: ObjectKey, afterMs = 0) => this.#queue.addAfter(key, afterMs)
      for (const source of sources) ends.push(source.subscribe(add))
      await Promise.all(
        Array.from({ length: workers }, () => this.#work(forkSignal(signal).signal)),
      )
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      for (const end of ends) end()
      signal.removeEventListener('abort', onAbort)
      this.#queue.close()
    }
  }

  async #work(signal: AbortSignal): Promise<void> {
    for (;;) {
      const key = await this.#queue.take()
      if (key === undefined) return
      await this.#reconcile(key, signal)
      this.#queue.done(key)
    }
  }

  async #reconcile(key: ObjectKey, signal: AbortSignal): Promise<void> {
    this.metrics.reconciles++
    try {
      const result = await this.#controller.reconcile(key, { signal })
      this.#queue.forget(key)
      if (result.kind === 'requeue') this.#queue.addAfter(key, result.afterMs)
    } catch (error) {
      if (signal.aborted) return
      if (error instanceof AssertionError) throw error
      this.#report(key, error)
      this.#queue.addRateLimited(key)
    }
  }

  #report(key: ObjectKey, error: unknown): void {
    if (error instanceof StatusError && (error.code === 409 || error.code === 404)) {
      // Our copy was behind (another version, or gone): expected, and cured by looking again.
      this.metrics.conflicts++
      this.#log.debug('a conflict', { key, error: error.message })
      return
    }
    this.metrics.errors++
    if (error instanceof StatusError || error instanceof ConnectionError) {
      this.#log.warn('reconciliation failed', { key, error: error.message })
    } else {
      // One object that trips over a fault of ours must not stop the care for all others.
      this.#log.error('reconciliation failed unexpectedly', { key, error })
    }
  }
}
