import type { Store } from '../registry/store.ts'
import { bind, binding } from './binding.ts'
import { ephemeralContainers } from './ephemeral-containers.ts'
import { eviction } from './eviction.ts'
import { finalize } from './finalize.ts'
import { type KubeletClient, podLog } from './log.ts'
import { status, type SubresourceRouter, subresourceRouter } from './router.ts'
import { scale } from './scale.ts'

export type { KubeletClient } from './log.ts'
export type { SubresourceRouter } from './router.ts'

/** All sub-resources that are served. `core` finds the core group's stores by plural. */
export function allSubresources(options: {
  core: (plural: string) => Store | undefined
  kubelet: KubeletClient
}): SubresourceRouter {
  const { core, kubelet } = options
  const route = subresourceRouter({
    '*/status': status,
    '*/scale': scale,
    'pods/binding': binding,
    'pods/ephemeralcontainers': ephemeralContainers,
    'pods/eviction': eviction,
    'pods/log': podLog({ nodes: () => core('nodes'), kubelet }),
    'namespaces/finalize': finalize,
  })
  return (at, store) => {
    const pods = core('pods')
    // The way of old: POST of a Binding to a namespace's `bindings`.
    const isOldBinding = at.group === '' && at.plural === 'bindings' && at.verb === 'create'
    if (isOldBinding && at.name === '' && pods) return (exchange) => bind(pods, exchange, '')
    return route(at, store)
  }
}
