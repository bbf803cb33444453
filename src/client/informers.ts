import type { Clock, Log, Random } from '../base/index.ts'
import type { KubeObject, Resource } from '../api/index.ts'
import { CachedInformer } from './informer.ts'
import { forkSignal } from './signals.ts'
import type { Client, Informer, Informers, ListCallOptions } from './types.ts'

type Scope = Pick<ListCallOptions, 'namespace' | 'fieldSelector' | 'labelSelector'>

interface Runnable {
  run(options: { signal: AbortSignal }): Promise<void>
}

export interface InformersOptions {
  readonly client: Client
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

/** One informer per resource and scope, shared by all who ask. */
export function createInformers(options: InformersOptions): Informers {
  return new SharedInformers(options)
}

class SharedInformers implements Informers {
  readonly #options: InformersOptions
  readonly #informers = new Map<string, Runnable>()
  readonly #stops = new Map<Runnable, AbortController>()
  #start: ((informer: Runnable) => void) | undefined

  constructor(options: InformersOptions) {
    this.#options = options
  }

  for<T extends KubeObject>(resource: Resource<T>, scope: Scope = {}): Informer<T> {
    const { namespace = '', fieldSelector = '', labelSelector = '' } = scope
    const { group, version, plural } = resource
    const key = [group, version, plural, namespace, fieldSelector, labelSelector].join('|')
    const known = this.#informers.get(key)
    if (known instanceof CachedInformer) return known
    const random = this.#options.random.fork(`informer ${key}`)
    const informer = new CachedInformer(resource, { ...this.#options, random, scope })
    this.#informers.set(key, informer)
    this.#start?.(informer)
    return informer
  }

  drop({ group, version, plural }: Pick<Resource, 'group' | 'version' | 'plural'>): void {
    const prefix = `${[group, version, plural].join('|')}|`
    for (const [key, informer] of this.#informers) {
      if (!key.startsWith(prefix)) continue
      this.#informers.delete(key)
      this.#stops.get(informer)?.abort()
    }
  }

  /** Rejects, and stops all, when a handler throws: that is a bug. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const stop = forkSignal(signal)
    const running = new Set<Promise<void>>()
    let failure: { error: unknown } | undefined
    const start = (informer: Runnable) => {
      const own = forkSignal(stop.signal)
      this.#stops.set(informer, own.controller)
      const done = informer
        .run({ signal: own.signal })
        .catch((error: unknown) => {
          failure ??= { error }
          stop.controller.abort(error)
        })
        .finally(() => {
          own.release()
          this.#stops.delete(informer)
          running.delete(done)
        })
      running.add(done)
    }
    this.#start = start
    for (const informer of this.#informers.values()) start(informer)
    await new Promise<void>((resolve) => {
      if (stop.signal.aborted) resolve()
      stop.signal.addEventListener('abort', () => resolve(), { once: true })
    })
    this.#start = undefined
    stop.release()
    while (running.size > 0) await Promise.all(running)
    if (failure) throw failure.error
  }
}
