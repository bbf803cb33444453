import type { HttpResponse } from '../../../base/index.ts'
import type { Exchange } from '../exchange.ts'
import type { Store } from '../registry/store.ts'
import { statusRules } from '../registry/update.ts'
import type { ResourceRequest } from '../request-info.ts'
import { get, patch, update } from '../resource-handler.ts'
import { statusErrors } from '../status.ts'

export type SubresourceHandler = (exchange: Exchange) => Promise<HttpResponse>

/** Who answers a request about a sub-resource; undefined when it is about none that exists. */
export type SubresourceRouter = (
  at: ResourceRequest,
  store: Store | undefined,
) => SubresourceHandler | undefined

/** The first router that has an answer. */
export function firstOf(...routers: readonly SubresourceRouter[]): SubresourceRouter {
  return (at, store) => {
    for (const route of routers) {
      const found = route(at, store)
      if (found) return found
    }
    return undefined
  }
}

/** What a sub-resource is served by, on `store`'s objects. */
export type Subresource = (store: Store) => SubresourceHandler

/** Sub-resources by resource and name; `*` stands for every resource that has it. */
export function subresourceRouter(
  byName: Readonly<Record<string, Subresource>>,
): SubresourceRouter {
  return (at, store) => {
    if (!store || at.subresource === '') return undefined
    if (!(at.subresource in store.resource.subresources)) return undefined
    const { resource } = store
    const found = byName[`${resource.plural}/${at.subresource}`] ?? byName[`*/${at.subresource}`]
    return found?.(store)
  }
}

/** `status`: GET, PUT and PATCH of the object's other half. */
export const status: Subresource = (store) => (exchange) => {
  switch (exchange.at.verb) {
    case 'get':
      return get(store, exchange)
    case 'update':
      return update(store, exchange, statusRules(store))
    case 'patch':
      return patch(store, exchange, statusRules(store))
    default:
      return Promise.reject(statusErrors.methodNotAllowed())
  }
}
