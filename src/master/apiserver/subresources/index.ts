import type { HttpsCall, Random } from '../../../base/index.ts'
import type { Lookup } from '../admission/index.ts'
import { nodeLocation, podLocation, proxy, serviceLocation } from '../proxy/index.ts'
import type { Store } from '../registry/store.ts'
import { approval, requestStatus } from './approval.ts'
import { binding } from './binding.ts'
import { ephemeralContainers } from './ephemeral-containers.ts'
import { eviction } from './eviction.ts'
import { finalize } from './finalize.ts'
import { podLog } from './log.ts'
import type { KubeletClient } from './node-agent.ts'
import { status, type SubresourceRouter, subresourceRouter } from './router.ts'
import { resize } from './resize.ts'
import { scale } from './scale.ts'
import { token, type TokenIssuer } from './token.ts'
import { attachTarget, execTarget, podStream, portForwardTarget } from './stream.ts'

export { type KubeletClient, kubeletUrl } from './node-agent.ts'
export { bind } from './binding.ts'
export { firstOf, type SubresourceHandler, type SubresourceRouter } from './router.ts'
export type { TokenIssuer } from './token.ts'
export { isStream } from './stream.ts'

/** All sub-resources that are served. `core` finds the core group's stores by plural. */
export function allSubresources(options: {
  core: (plural: string) => Store | undefined
  kubelet: KubeletClient
  /** The store of disruption budgets. */
  budgets: () => Store | undefined
  issuer: TokenIssuer | undefined
  random: Random
  /** Where `proxy` finds endpoints, and how it reaches them. */
  lookup: Lookup
  call: HttpsCall | undefined
}): SubresourceRouter {
  const { core, kubelet } = options
  const nodes = () => core('nodes')
  const stream = { nodes, kubelet }
  return subresourceRouter({
    '*/status': status,
    '*/scale': scale,
    'pods/attach': podStream(attachTarget, stream),
    'pods/binding': binding,
    'pods/ephemeralcontainers': ephemeralContainers,
    'pods/eviction': eviction(options.budgets),
    'pods/exec': podStream(execTarget, stream),
    'pods/log': podLog({ nodes, kubelet }),
    'pods/portforward': podStream(portForwardTarget, stream),
    'pods/proxy': proxy(podLocation, options),
    'pods/resize': resize,
    'services/proxy': proxy(serviceLocation, options),
    'nodes/proxy': proxy(nodeLocation, options),
    'namespaces/finalize': finalize,
    'certificatesigningrequests/approval': approval,
    'certificatesigningrequests/status': requestStatus,
    'serviceaccounts/token': token({ core, issuer: options.issuer, random: options.random }),
  })
}
