import type { Clock, Log, Random } from '../../base/index.ts'
import { apiVersionOf, type Resource, type StoredAs } from '../../api/index.ts'
import type { Kv, Revision } from '../../kv/index.ts'
import type { Admission } from './admission/index.ts'
import { CacheView } from './cache/cache-view.ts'
import { WatchCache } from './cache/watch-cache.ts'
import { resourceCodec } from './codec.ts'
import { encryptedKv, type EncryptionRule, providersFor } from './encryption/index.ts'
import { follow, type Followed } from './followed.ts'
import type { Converter } from './custom/conversion.ts'
import { conversionOf, type Converting, convertingKv } from './custom/converting-kv.ts'
import { customTracking } from './custom/tracking.ts'
import { resourcePrefix } from './keys.ts'
import { leaseFor } from './registry/event-lease.ts'
import { declaredTracking, type FieldTracking } from './registry/field-tracking.ts'
import type { Conversion, Store, StoreHooks } from './registry/store.ts'
import { volumeHooks } from './registry/volume-hooks.ts'
import type { Stores } from './resource-route.ts'
import { serviceHooks, type ServiceResources } from './services/service-hooks.ts'

/** How long events are kept (kube-apiserver's `--event-ttl`). */
const EVENT_TTL_SECONDS = 3_600

export interface StoreParts {
  readonly kv: Kv
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly admission: Admission
  readonly services: ServiceResources
  /** Which resources are sealed in the store. Default: none. */
  readonly encryption?: Followed<readonly EncryptionRule[]> | undefined
  /** Asks the webhooks that convert custom objects. */
  readonly converter?: Converter
}

/** A store for each resource; the caches behind them, each of which has to run. */
export function addStores(
  resources: readonly Resource[],
  parts: StoreParts & { readonly stores: Stores },
): WatchCache[] {
  const { stores } = parts
  const caches: WatchCache[] = []
  for (const resource of resources) {
    if (resource.virtual) stores.addVirtual(resource)
    else if (resource.storedAs) {
      const { resource: kept }: StoredAs = resource.storedAs
      const of = stores.find(kept)
      if (!of)
        throw new Error(`${kept.plural} are not served, as which ${resource.plural} are kept`)
      stores.add(viewOf(resource, of, resources))
    } else {
      const { store, cache } = createStore(resource, parts, resources)
      stores.add(store)
      caches.push(cache)
    }
  }
  return caches
}

/** The store of a resource whose objects `of` keeps. */
export function viewOf(resource: Resource, of: Store, all: readonly Resource[]): Store {
  const codec = resourceCodec(resource)
  const tracking = trackingOf(resource, all)
  return { ...of, resource, codec, tracking, cache: new CacheView(of.cache, codec) }
}

/** All that show the same objects as this resource does. */
function familyOf(resource: Resource, all: readonly Resource[]): Resource[] {
  const keptAs = (one: Resource) => one.storedAs?.resource ?? one
  return all.filter((one) => keptAs(one) === keptAs(resource))
}

function trackingOf(
  resource: Resource,
  all: readonly Resource[],
  convert?: Conversion['convert'],
): FieldTracking {
  const family = familyOf(resource, all)
  if (!resource.custom) return declaredTracking(resource, family)
  return customTracking(resource, family, convert)
}

function hooksOf(resource: Resource, { clock, log, services }: StoreParts): StoreHooks {
  if (resource.group !== '') return {}
  if (resource.plural === 'services') return serviceHooks(services, log)
  return resource.plural === 'persistentvolumes' ? volumeHooks(clock) : {}
}

export function createStore(
  resource: Resource,
  from: StoreParts,
  all: readonly Resource[],
): { store: Store; cache: WatchCache } {
  const { clock, random, log, encryption } = from
  const providers = encryption && follow(encryption, (rules) => providersFor(rules, resource))
  const sealed = providers ? encryptedKv(from.kv, { providers, random }) : from.kv
  const codec = resourceCodec(resource)
  const prefix = resourcePrefix(resource)
  const isCore = (plural: string) => resource.group === '' && resource.plural === plural
  const hooks = hooksOf(resource, from)
  const ttlSeconds = EVENT_TTL_SECONDS
  const known = (key: string, revision: Revision) => {
    const seen = cache.get(key)
    return seen?.revision === revision ? seen.stored() : undefined
  }
  const converting = convertingOf(resource, { converter: from.converter, known })
  const kv = converting ? convertingKv(sealed, converting) : sealed
  const conversion = converting && conversionOf(converting)
  const lease = isCore('events') ? leaseFor({ kv, clock, ttlSeconds }) : undefined
  const cache: WatchCache = new WatchCache({ codec, prefix, kv, clock, log })
  const { admission } = from
  const tracking = trackingOf(resource, all, conversion?.convert)
  const base = { resource, codec, tracking, kv, cache, clock, random, log }
  const store = { ...base, admission, hooks, lease, conversion }
  return { store, cache }
}

// Where a webhook converts, each version has a store and a cache of its own over the same keys.
function convertingOf(
  resource: Resource,
  of: { converter: Converter | undefined; known: Converting['known'] },
): Converting | undefined {
  const { converter, known } = of
  const { conversion: webhook } = resource
  if (!webhook || !converter) return undefined
  const kept: Resource = resource.storedAs?.resource ?? resource
  const codec = resourceCodec(kept)
  return {
    converter,
    webhook,
    shown: apiVersionOf(resource),
    stored: apiVersionOf(kept),
    encode: (object) => codec.encodeServed(kept.custom?.read({ ...object }) ?? object),
    known,
    written: new WeakMap(),
  }
}
