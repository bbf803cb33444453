import {
  type Clock,
  ConnectionError,
  hasReason,
  type Log,
  type Random,
  sleep,
  StatusError,
} from '../base/index.ts'
import { keyOf, type KubeObject, type Resource, type Stored } from '../api/index.ts'
import { Backoff } from './backoff.ts'
import { listAll } from './list-pages.ts'
import { type Cached, type IndexValues, ObjectStore } from './object-store.ts'
import { forkSignal } from './signals.ts'
import type {
  Client,
  Informer,
  InformerHandler,
  ListCallOptions,
  ObjectKey,
  WatchEvent,
} from './types.ts'

const RETRY_MS_MIN = 50
const RETRY_MS_MAX = 10_000
/** A watch is asked to end between one and two times this, so that masters share the watchers. */
const WATCH_SECONDS_MIN = 300
/** Servers send a bookmark about once a minute: a watch silent for longer than this is dead. */
const WATCH_SILENCE_MS_MAX = 150_000
/** A watch that ended sooner than this is not begun again at once. */
const WATCH_MS_MIN = 1000

export interface InformerOptions {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly scope?: Pick<ListCallOptions, 'namespace' | 'fieldSelector' | 'labelSelector'>
}

/** A resource's local copy: one list, then a watch from its revision, for as long as `run` runs. */
export class CachedInformer<T extends KubeObject> implements Informer<T> {
  readonly resource: Resource<T>
  readonly #options: InformerOptions
  readonly #store = new ObjectStore<T>()
  readonly #handlers = new Set<InformerHandler<T>>()
  readonly #waiting = new Set<() => void>()
  /** Where the watch goes on; undefined before the first list and after a 410. */
  #resourceVersion: string | undefined
  #synced = false

  constructor(resource: Resource<T>, options: InformerOptions) {
    this.resource = resource
    this.#options = options
  }

  get synced(): boolean {
    return this.#synced
  }

  whenSynced({ signal }: { signal: AbortSignal }): Promise<void> {
    if (this.#synced) return Promise.resolve()
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason)
      const onSynced = () => {
        signal.removeEventListener('abort', onAbort)
        resolve()
      }
      const onAbort = () => {
        this.#waiting.delete(onSynced)
        reject(signal.reason)
      }
      this.#waiting.add(onSynced)
      signal.addEventListener('abort', onAbort, { once: true })
    })
  }

  get(key: ObjectKey): Cached<T> | undefined {
    return this.#store.get(key)
  }

  list(): Iterable<Cached<T>> {
    return this.#store.values()
  }

  inNamespace(namespace: string): Cached<T>[] {
    return this.#store.inNamespace(namespace)
  }

  byIndex(index: string, value: string): Cached<T>[] {
    return this.#store.byIndex(index, value)
  }

  addIndex(index: string, values: IndexValues<T>): void {
    this.#store.addIndex(index, values)
  }

  addHandler(handler: InformerHandler<T>): () => void {
    this.#handlers.add(handler)
    for (const object of this.#store.values()) handler({ old: undefined, now: object })
    return () => this.#handlers.delete(handler)
  }

  /** Lists and watches until the signal aborts. Throws only on a bug, such as a throwing handler. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { clock, random, log } = this.#options
    const backoff = new Backoff(random, { msMin: RETRY_MS_MIN, msMax: RETRY_MS_MAX })
    while (!signal.aborted) {
      const startMs = clock.monotonicMs()
      try {
        if (this.#resourceVersion === undefined) await this.#relist(signal)
        const events = await this.#watch(signal)
        if (events > 0 || clock.monotonicMs() - startMs >= WATCH_MS_MIN) {
          backoff.reset()
          continue
        }
      } catch (error) {
        if (signal.aborted) break
        if (!isOperational(error)) throw error
        if (isExpired(error)) this.#resourceVersion = undefined
        const fields = { resource: this.resource.plural, error: String(error) }
        log.debug('a watch broke off', fields)
      }
      await sleep(clock, backoff.nextMs(), { signal }).catch(() => {})
    }
  }

  async #relist(signal: AbortSignal): Promise<void> {
    const client = this.#options.client.for(this.resource)
    const list = await listAll(client, { ...this.#options.scope, signal })
    const vanished = new Set(this.#store.keys())
    for (const object of list.items) {
      vanished.delete(keyOf(object))
      this.#put(object)
    }
    for (const key of vanished) this.#remove(key)
    this.#resourceVersion = list.metadata.resourceVersion
    if (this.#synced) return
    this.#synced = true
    for (const onSynced of this.#waiting) onSynced()
    this.#waiting.clear()
  }

  /** The number of events that came. Returns when the server ends the watch or it goes silent. */
  async #watch(signal: AbortSignal): Promise<number> {
    const { client, clock, random, scope } = this.#options
    const ended = forkSignal(signal)
    let heardMs = clock.monotonicMs()
    const watchdog = clock.every(WATCH_SILENCE_MS_MAX / 5, () => {
      if (clock.monotonicMs() - heardMs < WATCH_SILENCE_MS_MAX) return
      ended.controller.abort(new ConnectionError('a watch fell silent', { sent: true }))
    })
    let events = 0
    try {
      const watch = client.for(this.resource).watch({
        ...scope,
        ...(this.#resourceVersion && { resourceVersion: this.#resourceVersion }),
        timeoutSeconds: WATCH_SECONDS_MIN + random.int(WATCH_SECONDS_MIN),
        signal: ended.signal,
      })
      for await (const event of watch) {
        // An iterator may still hand out what it had when the signal came.
        if (signal.aborted) break
        heardMs = clock.monotonicMs()
        events++
        this.#apply(event)
      }
      return events
    } finally {
      watchdog.cancel()
      ended.release()
      // Frees the connection also when a handler threw.
      ended.controller.abort()
    }
  }

  #apply(event: WatchEvent<T>): void {
    switch (event.type) {
      case 'BOOKMARK':
        this.#resourceVersion = event.resourceVersion
        return
      case 'DELETED':
        this.#resourceVersion = event.object.metadata.resourceVersion
        this.#remove(keyOf(event.object), event.object)
        return
      default:
        this.#resourceVersion = event.object.metadata.resourceVersion
        this.#put(event.object)
    }
  }

  #put(object: Stored<T>): void {
    const key = keyOf(object)
    const known = this.#store.get(key)
    if (known?.metadata.resourceVersion === object.metadata.resourceVersion) return
    const now = object as Cached<T>
    // Another UID: the old object is gone, and that is told before the new one is.
    if (known && known.metadata.uid !== object.metadata.uid) this.#remove(key)
    const old = this.#store.set(key, now)
    this.#tell(old, now)
  }

  /** `last` is the object's last state, when the server told it. */
  #remove(key: ObjectKey, last?: Stored<T>): void {
    const old = this.#store.delete(key)
    if (old) this.#tell((last as Cached<T> | undefined) ?? old, undefined)
  }

  #tell(old: Cached<T> | undefined, now: Cached<T> | undefined): void {
    for (const handler of this.#handlers) handler({ old, now })
  }
}

function isExpired(error: unknown): boolean {
  return hasReason(error, 'Expired', 'Gone') || (error instanceof StatusError && error.code === 410)
}

/** A failure of the server or of the way to it: the watch begins again. All else is a bug. */
function isOperational(error: unknown): boolean {
  return error instanceof StatusError || error instanceof ConnectionError
}
