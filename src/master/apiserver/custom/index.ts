import type { Catalog } from '../catalog.ts'
import { createStore, type StoreParts, viewOf } from '../make-stores.ts'
import type { Stores } from '../resource-route.ts'
import type { WebhookCaller } from '../webhooks/index.ts'
import { Converter } from './conversion.ts'
import { CustomServer, type MadeStores } from './custom-server.ts'

export type { CustomServer } from './custom-server.ts'

/** Serves custom resources; undefined where there are no definitions of them. */
export function customServer(
  from: StoreParts & {
    readonly stores: Stores
    readonly catalog: Catalog
    readonly webhooks: WebhookCaller | undefined
  },
): CustomServer | undefined {
  const { stores, catalog, clock, log, random, webhooks } = from
  const parts = { ...from, converter: new Converter({ webhooks, random }) }
  const at = {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
  }
  const definitions = stores.find(at)
  if (!definitions) return undefined
  const makeStores: ConstructorParameters<typeof CustomServer>[0]['makeStores'] = (of) => {
    const { store, cache } = createStore(of.storage, parts, of.served)
    const caches = [cache]
    const served = of.served.map((resource) => {
      if (resource === of.storage) return store
      if (!resource.conversion) return viewOf(resource, store, of.served)
      const own = createStore(resource, parts, of.served)
      caches.push(own.cache)
      return own.store
    })
    const made: MadeStores = { storage: store, caches, served }
    return made
  }
  return new CustomServer({ definitions, stores, catalog, clock, log, makeStores })
}
