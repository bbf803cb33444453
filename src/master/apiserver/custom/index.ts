import type { Catalog } from '../catalog.ts'
import { createStore, type StoreParts, viewOf } from '../make-stores.ts'
import type { Stores } from '../resource-route.ts'
import { CustomServer, type MadeStores } from './custom-server.ts'

export type { CustomServer } from './custom-server.ts'

/** Serves custom resources; undefined where there are no definitions of them. */
export function customServer(
  parts: StoreParts & { readonly stores: Stores; readonly catalog: Catalog },
): CustomServer | undefined {
  const { stores, catalog, clock, log } = parts
  const at = {
    group: 'apiextensions.k8s.io',
    version: 'v1',
    plural: 'customresourcedefinitions',
  }
  const definitions = stores.find(at)
  if (!definitions) return undefined
  const makeStores: ConstructorParameters<typeof CustomServer>[0]['makeStores'] = (of) => {
    const { store, cache } = createStore(of.storage, parts, of.served)
    const served = of.served.map((resource) =>
      resource === of.storage ? store : viewOf(resource, store, of.served),
    )
    const made: MadeStores = { storage: store, cache, served }
    return made
  }
  return new CustomServer({ definitions, stores, catalog, clock, log, makeStores })
}
