import type { Clock, HttpHandler, Log, Random } from '../../base/index.ts'
import type { Resource } from '../../api/index.ts'
import type { Kv } from '../../kv/index.ts'
import { admissionChain, lookupIn } from './admission/index.ts'
import { allowAuthenticated, type Authorizer } from './authorization.ts'
import { WatchCache } from './cache/watch-cache.ts'
import { resourceCodec } from './codec.ts'
import { createHandler } from './handler.ts'
import { resourcePrefix } from './keys.ts'
import type { Admit, Store, StoreHooks } from './registry/store.ts'
import { resourceRoute, Stores } from './resource-route.ts'
import { replyText } from './respond.ts'
import { serviceHooks, type ServiceResources, serviceResources } from './services/service-hooks.ts'
import { allSubresources, type KubeletClient } from './subresources/index.ts'

export interface ApiServerOptions {
  readonly kv: Kv
  readonly resources: readonly Resource[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** Reaches the agents of nodes, for logs. */
  readonly kubelet: KubeletClient
  /** IPv4 block of the services' addresses, such as `10.96.0.0/16`. The same on every master. */
  readonly serviceRange: string
  /** Default: every client with a certificate of ours may do everything. */
  readonly authorizer?: Authorizer
  /** Names as in kube-apiserver: `ServiceAccount`. Default: none. */
  readonly disabledAdmission?: readonly string[]
}

/** How long the first lists may take. */
const START_TIMEOUT_MS = 60_000

export interface ApiServer {
  readonly handler: HttpHandler
  /** Resolves when reads can be answered. */
  start(options: { signal: AbortSignal }): Promise<void>
  stop(): Promise<void>
}

export function createApiServer(options: ApiServerOptions): ApiServer {
  const { kv, clock, random, log } = options
  const stores = new Stores()
  const core = (plural: string) => stores.find({ group: '', version: 'v1', plural })
  const admit = admissionChain(
    { lookup: lookupIn(core), clock, kv },
    { disabled: options.disabledAdmission ?? [] },
  )
  const services = serviceResources({ kv, random, range: options.serviceRange })
  for (const resource of options.resources) {
    stores.add(createStore(resource, { options, admit, services }))
  }
  const handler = createHandler({
    authorizer: options.authorizer ?? allowAuthenticated,
    routes: [
      resourceRoute({
        stores,
        clock,
        subresource: allSubresources({ core, kubelet: options.kubelet }),
      }),
      () => Promise.resolve(replyText(404, '404 page not found\n')),
    ],
    clock,
    random,
    log,
  })
  // Each loop has a signal of its own: one with many listeners would warn of a leak.
  const loops: AbortController[] = []
  const running: Promise<void>[] = []
  const stop = async () => {
    for (const loop of loops) loop.abort()
    await Promise.allSettled(running)
  }
  return {
    handler,
    async start({ signal }) {
      for (const store of stores.all()) {
        const loop = new AbortController()
        loops.push(loop)
        running.push(store.cache.run({ signal: loop.signal }))
      }
      signal.addEventListener('abort', () => void stop(), { once: true })
      for (const store of stores.all()) {
        await store.cache.waitFor(0, { timeoutMs: START_TIMEOUT_MS })
      }
    },
    stop,
  }
}

function createStore(
  resource: Resource,
  from: { options: ApiServerOptions; admit: Admit; services: ServiceResources },
): Store {
  const { kv, clock, random, log } = from.options
  const codec = resourceCodec(resource)
  const prefix = resourcePrefix(resource)
  const isService = resource.group === '' && resource.plural === 'services'
  const hooks: StoreHooks = isService ? serviceHooks(from.services, log) : {}
  const cache = new WatchCache({ codec, prefix, kv, clock, log })
  const { admit } = from
  return { resource, codec, kv, cache, clock, random, log, admit, hooks, lease: undefined }
}
