import { type Clock, type Log, sleep } from '../../../base/index.ts'
import {
  type CustomResourceDefinition,
  customResources,
  type Resource,
} from '../../../api/index.ts'
import { systemCall } from '../bootstrap/system-call.ts'
import type { WatchCache } from '../cache/watch-cache.ts'
import type { Catalog } from '../catalog.ts'
import { resourcePrefix } from '../keys.ts'
import type { Store } from '../registry/store.ts'
import { statusRules, updateObject } from '../registry/update.ts'
import type { Stores } from '../resource-route.ts'
import { cleanUp } from './cleanup.ts'
import { isTrueOf } from './conditions.ts'
import { planNames } from './names.ts'

const RETRY_MS = 200
const RETRY_MS_MAX = 5_000

export interface CustomServerOptions {
  readonly definitions: Store
  readonly stores: Stores
  readonly catalog: Catalog
  readonly clock: Clock
  readonly log: Log
  /** Makes what keeps the objects of a resource, and shows them in each version. */
  makeStores(of: { storage: Resource; served: readonly Resource[] }): MadeStores
}

export interface MadeStores {
  /** Of the version that is stored. */
  readonly storage: Store
  /** Of the version that is stored first; of each other too where a webhook converts. */
  readonly caches: readonly WatchCache[]
  readonly served: readonly Store[]
}

interface Served extends MadeStores {
  /** What it was made from: another text means other resources. */
  readonly from: string
  readonly loop: AbortController
  readonly running: Promise<unknown>
}

/**
 * Serves custom resources: follows the definitions, accepts their names, adds their resources to
 * what the server serves, and takes them away again. Each master does so by itself; what they write
 * is the same, and written once.
 */
export class CustomServer {
  readonly #options: CustomServerOptions
  readonly #served = new Map<string, Served>()
  readonly #retries = new Map<string, number>()

  constructor(options: CustomServerOptions) {
    this.#options = options
  }

  /** Whether the first lists of all custom resources are in that need no webhook. */
  get synced(): boolean {
    return [...this.#served.values()].every(
      ({ storage, caches }) =>
        storage.resource.conversion !== undefined || caches.every(({ synced }) => synced),
    )
  }

  /** Serves what there is already; then `run` follows the changes. */
  begin(): void {
    for (const definition of this.#definitions()) this.#tryServe(definition)
    this.#publish()
  }

  /** Follows the definitions until the signal. */
  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const { cache, resource } = this.#options.definitions
    const prefix = resourcePrefix(resource)
    const stop = () => {
      for (const { loop } of this.#served.values()) loop.abort()
    }
    signal.addEventListener('abort', stop, { once: true })
    while (!signal.aborted) {
      const watcher = cache.watch({ prefix, from: undefined, matches: () => true })
      try {
        for await (const items of watcher) {
          if (signal.aborted) break
          const names = new Set<string>()
          for (const item of items) {
            if (item.type === 'BOOKMARK' || item.type === 'ERROR') continue
            names.add(item.object.parse().metadata.name ?? '')
          }
          this.#follow(names)
          for (const name of names) void this.#work(name, signal)
        }
      } finally {
        watcher.end()
      }
      await sleep(this.#options.clock, RETRY_MS, { signal }).catch(() => undefined)
    }
    stop()
    await Promise.allSettled([...this.#served.values()].map(({ running }) => running))
  }

  #definitions(): CustomResourceDefinition[] {
    const { cache, resource } = this.#options.definitions
    return cache
      .list(resourcePrefix(resource))
      .map((object) => object.parse() as CustomResourceDefinition)
  }

  #find(name: string): CustomResourceDefinition | undefined {
    const { cache, resource } = this.#options.definitions
    const object = cache.get(`${resourcePrefix(resource)}${name}`)
    return object?.parse() as CustomResourceDefinition | undefined
  }

  #follow(names: Iterable<string>): void {
    for (const name of names) {
      const definition = this.#find(name)
      if (definition) this.#tryServe(definition)
      else this.#unserve(name)
    }
    this.#publish()
  }

  // A definition that cannot be served must not take the others, or the server, with it.
  #tryServe(definition: CustomResourceDefinition): void {
    try {
      this.#serve(definition)
    } catch (error) {
      const { name } = definition.metadata
      this.#options.log.error('a custom resource cannot be served', { name, error: String(error) })
    }
  }

  #serve(definition: CustomResourceDefinition): void {
    const name = definition.metadata.name ?? ''
    const resources = isTrueOf(definition, 'Established') ? customResources(definition) : undefined
    if (!resources) {
      this.#unserve(name)
      return
    }
    const isEnding = definition.metadata.deletionTimestamp !== undefined
    const { spec, status } = definition
    const from = JSON.stringify([spec, status.acceptedNames, isEnding])
    if (this.#served.get(name)?.from === from) return
    this.#unserve(name)
    const served = isEnding ? resources.served.map(withoutCreation) : resources.served
    const storage = served.find((one) => one.version === resources.storage.version)
    const made = this.#options.makeStores({ storage: storage ?? resources.storage, served })
    const loop = new AbortController()
    const running = Promise.all(made.caches.map((cache) => cache.run({ signal: loop.signal })))
    this.#served.set(name, { ...made, from, loop, running })
    for (const store of made.served) this.#options.stores.add(store)
  }

  #unserve(name: string): void {
    const old = this.#served.get(name)
    if (!old) return
    this.#served.delete(name)
    for (const store of old.served) this.#options.stores.remove(store)
    old.loop.abort()
  }

  #publish(): void {
    const all = [...this.#served.values()].flatMap(({ served }) => served.map((s) => s.resource))
    const { catalog } = this.#options
    const now = catalog.resources.slice(catalog.builtIn.length)
    const same = now.length === all.length && now.every((resource, i) => resource === all[i])
    if (!same) catalog.setCustom(all)
  }

  // What the definition's status is to say, and its end. Tried again when that fails.
  async #work(name: string, signal: AbortSignal): Promise<void> {
    const { clock, log } = this.#options
    const definition = this.#find(name)
    if (!definition || signal.aborted) return
    try {
      const done = definition.metadata.deletionTimestamp
        ? await this.#end(definition, signal)
        : await this.#writeNames(definition, signal)
      if (done) {
        this.#retries.delete(name)
        return
      }
    } catch (error) {
      if (signal.aborted) return
      log.warn('a custom resource definition was not brought forward', {
        name,
        error: String(error),
      })
    }
    const count = this.#retries.get(name) ?? 0
    this.#retries.set(name, count + 1)
    const delay = Math.min(RETRY_MS * 2 ** count, RETRY_MS_MAX)
    await sleep(clock, delay, { signal }).catch(() => undefined)
    await this.#work(name, signal)
  }

  async #end(definition: CustomResourceDefinition, signal: AbortSignal): Promise<boolean> {
    const { definitions } = this.#options
    const objects = this.#served.get(definition.metadata.name ?? '')?.storage
    return cleanUp(definition, { definitions, objects, signal })
  }

  async #writeNames(definition: CustomResourceDefinition, signal: AbortSignal): Promise<boolean> {
    const { definitions, clock } = this.#options
    const group = this.#definitions().filter((d) => d.spec.group === definition.spec.group)
    const planned = planNames(definition, group, clock.nowMs())
    if (JSON.stringify(planned) === JSON.stringify(definition.status)) return true
    const { resourceVersion } = definition.metadata
    await updateObject(definitions, systemCall('', signal), {
      name: definition.metadata.name ?? '',
      rules: statusRules(definitions),
      change: (old) => {
        // Of this state alone: after another writer it is planned again.
        if (old.metadata.resourceVersion !== resourceVersion) return old
        return Object.assign(old, { status: planned })
      },
    })
    return true
  }
}

function withoutCreation(resource: Resource): Resource {
  return {
    ...resource,
    verbs: resource.verbs.filter((verb) => verb !== 'create' && verb !== 'update'),
  }
}
