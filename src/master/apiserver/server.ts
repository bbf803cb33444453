import type { Clock, HttpHandler, Log, Random } from '../../base/index.ts'
import type { Resource } from '../../api/index.ts'
import type { Kv } from '../../kv/index.ts'
import { allowAuthenticated, type Authorizer } from './authorization.ts'
import { WatchCache } from './cache/watch-cache.ts'
import { resourceCodec } from './codec.ts'
import { createHandler } from './handler.ts'
import { resourcePrefix } from './keys.ts'
import type { Store } from './registry/store.ts'
import { resourceRoute, Stores } from './resource-route.ts'
import { replyText } from './respond.ts'
import { status, subresourceRouter } from './subresources/index.ts'

export interface ApiServerOptions {
  readonly kv: Kv
  readonly resources: readonly Resource[]
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly kubeletClient: HttpHandler
  /** Default: every client with a certificate of ours may do everything. */
  readonly authorizer?: Authorizer
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
  const { clock, random, log } = options
  const stores = new Stores()
  for (const resource of options.resources) stores.add(createStore(resource, options))
  const handler = createHandler({
    authorizer: options.authorizer ?? allowAuthenticated,
    routes: [
      resourceRoute({ stores, clock, subresource: subresourceRouter({ '*/status': status }) }),
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

function createStore(resource: Resource, options: ApiServerOptions): Store {
  const { kv, clock, random, log } = options
  const codec = resourceCodec(resource)
  const prefix = resourcePrefix(resource)
  return {
    resource,
    codec,
    kv,
    cache: new WatchCache({ codec, prefix, kv, clock, log }),
    clock,
    random,
    log,
    admit: () => Promise.resolve(),
    hooks: {},
    lease: undefined,
  }
}
