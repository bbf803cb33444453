import { apiVersionOf, type Resource } from '../../api/index.ts'
import { type Clock, GrpcCode, KvError, withTimeout } from '../../base/index.ts'
import type { ServedLookup } from './admission/index.ts'
import type { Exchange } from './exchange.ts'
import { isPretty, type Route } from './handler.ts'
import { negotiate, PRODUCED, PRODUCED_OF_LISTS } from './negotiation.ts'
import { checkPlace } from './places.ts'
import type { Store } from './registry/store.ts'
import { isTrue, type ResourceRequest } from './request-info.ts'
import { handleResource } from './resource-handler.ts'
import { isStream, type SubresourceRouter } from './subresources/index.ts'
import { statusErrors } from './status.ts'
import { type Tracer, tracedVerb } from './tracing/index.ts'

/** All resources that are served, found by their place in the URL. */
export class Stores implements ServedLookup {
  readonly #stores = new Map<string, Store>()
  readonly #anyVersion = new Map<string, Store>()
  readonly #kinds = new Set<string>()
  readonly #virtual = new Map<string, Resource>()

  add(store: Store): void {
    const { resource } = store
    this.#stores.set(`${apiVersionOf(resource)}/${resource.plural}`, store)
    const name = `${resource.group}/${resource.plural}`
    if (!this.#anyVersion.has(name)) this.#anyVersion.set(name, store)
    this.addKind(resource)
  }

  /** Serves it no longer, if it is this very store that is served. */
  remove(store: Store): void {
    const { resource } = store
    const key = `${apiVersionOf(resource)}/${resource.plural}`
    if (this.#stores.get(key) !== store) return
    this.#stores.delete(key)
    this.#kinds.delete(`${apiVersionOf(resource)}/${resource.kind}`)
    const name = `${resource.group}/${resource.plural}`
    if (this.#anyVersion.get(name) !== store) return
    this.#anyVersion.delete(name)
    const other = [...this.#stores.values()].find(
      (one) => one.resource.group === resource.group && one.resource.plural === resource.plural,
    )
    if (other) this.#anyVersion.set(name, other)
  }

  /** A kind that is known though nothing of it is stored. */
  addKind(of: { group: string; version: string; kind: string }): void {
    this.#kinds.add(`${apiVersionOf(of)}/${of.kind}`)
  }

  /** A resource of which nothing is stored. */
  addVirtual(resource: Resource): void {
    this.addKind(resource)
    this.#virtual.set(`${apiVersionOf(resource)}/${resource.plural}`, resource)
  }

  /** Stored or not. */
  resourceAt(at: { group: string; version: string; plural: string }): Resource | undefined {
    return this.find(at)?.resource ?? this.#virtual.get(`${apiVersionOf(at)}/${at.plural}`)
  }

  find(at: { group: string; version: string; plural: string }): Store | undefined {
    return this.#stores.get(`${apiVersionOf(at)}/${at.plural}`)
  }

  /** In whichever version it is served first. */
  findAny(at: { group: string; plural: string }): Store | undefined {
    return this.#anyVersion.get(`${at.group}/${at.plural}`)
  }

  storeAt(at: { group: string; version: string; plural: string }): Store | undefined {
    return this.find(at)
  }

  storeOfKind(apiVersion: string, kind: string): Store | undefined {
    for (const store of this.#stores.values()) {
      const { resource } = store
      if (resource.kind === kind && apiVersionOf(resource) === apiVersion) return store
    }
    return undefined
  }

  family(at: { group: string; version: string; plural: string }): readonly Resource[] {
    const own = this.find(at)?.resource
    const keptAs = (one: Resource) => one.storedAs?.resource ?? one
    if (!own) return []
    const all = [...this.#stores.values()].map((store) => store.resource)
    return all.filter((one) => keptAs(one) === keptAs(own))
  }

  all(): Iterable<Store> {
    return this.#stores.values()
  }

  readonly isKnownKind = (apiVersion: string, kind: string): boolean =>
    this.#kinds.has(`${apiVersion}/${kind}`)
}

/** Groups of nothing but reviews, which are answered and never listed. */
const REVIEWS: ReadonlySet<string> = new Set(['authentication.k8s.io', 'authorization.k8s.io'])
const ACTIONS: ReadonlySet<string> = new Set(['binding', 'eviction', 'log', 'token'])

/** What is an act rather than an object has no rows to be shown. */
function hasTable({ group, plural, subresource }: ResourceRequest): boolean {
  return !REVIEWS.has(group) && !ACTIONS.has(subresource) && plural !== 'bindings'
}

/** What the router of built-in resources asks for; it has none for custom ones and for streams. */
function producedAt(resource: Resource, at: ResourceRequest): readonly string[] | undefined {
  if (at.subresource === 'log') return ['text/plain', ...PRODUCED]
  if (resource.custom || at.subresource === 'proxy' || isStream(at.subresource)) return undefined
  return at.verb === 'list' || at.verb === 'watch' ? PRODUCED_OF_LISTS : PRODUCED
}

/** A watch that stands for a list: its end is told by a bookmark, for which there is no table. */
function isStreamedList(query: URLSearchParams): boolean {
  if (!query.has('allowWatchBookmarks') || !isTrue(query.get('allowWatchBookmarks'))) return false
  if (query.has('sendInitialEvents')) return isTrue(query.get('sendInitialEvents'))
  const from = query.get('resourceVersion') ?? ''
  return (query.get('resourceVersionMatch') ?? '') === '' && (from === '' || from === '0')
}

/** Requests about resources and their sub-resources. */
export function resourceRoute(options: {
  stores: Stores
  clock: Clock
  /** Who answers instead of the verbs of every resource. */
  special: SubresourceRouter
  tracer: Tracer
}): Route {
  const { stores, clock } = options
  return async ({ request, info, user, warnings, annotations, requireCreate }) => {
    const at = info.resource
    const resource = at && stores.resourceAt(at)
    // What was meant by two slashes at the beginning is nobody's path.
    if (!resource || info.path.startsWith('//')) return undefined
    checkPlace(resource, request.method, at)
    const store = stores.find(at)
    const special = options.special(at, store)
    const deprecation = store?.resource.deprecation
    if (deprecation !== undefined) warnings.push(deprecation)
    // What is proxied is answered in formats of its own.
    const accept = at.subresource === 'proxy' ? undefined : request.headers['accept']
    const accepted = negotiate(accept, {
      transforms: true,
      tables: hasTable(at) && !(at.verb === 'watch' && isStreamedList(info.query)),
      pretty: isPretty(request),
      produced: producedAt(resource, at),
      watch: at.verb === 'watch',
      noProtobuf: store?.resource.custom !== undefined && at.subresource !== 'scale',
    })
    const serve = (signal: AbortSignal) => {
      const exchange: Exchange = {
        request,
        at,
        query: info.query,
        user,
        accepted,
        warnings,
        annotations,
        requireCreate,
        isKnownKind: stores.isKnownKind,
        signal,
        nowMs: () => clock.nowMs(),
      }
      if (special) return tracedVerb(special, options.tracer)(exchange)
      if (!store || at.subresource !== '') throw statusErrors.unknownResource()
      return tracedVerb((each) => handleResource(store, each), options.tracer)(exchange)
    }
    if (at.verb === 'watch' || isStream(at.subresource)) return serve(request.signal)
    return withTimeout(clock, REQUEST_TIMEOUT_MS, timedOut, async (signal) => serve(signal), {
      signal: request.signal,
    })
  }
}

/** How long a request may take (kube-apiserver's `--request-timeout`). */
const REQUEST_TIMEOUT_MS = 60_000

const timedOut = () =>
  new KvError(
    GrpcCode.deadlineExceeded,
    'Timeout: request did not complete within the allotted timeout',
  )
