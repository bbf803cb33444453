import { hasReason } from '../../../base/index.ts'
import { createObject } from '../registry/create.ts'
import type { Store } from '../registry/store.ts'
import { systemCall } from './system-call.ts'

const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Makes the namespaces that every cluster has, as far as they are not there. */
export async function ensureNamespaces(
  namespaces: Store,
  options: { signal: AbortSignal },
): Promise<void> {
  const call = systemCall('', options.signal)
  const ensure = async (name: string) => {
    const object = { metadata: { name } }
    namespaces.resource.strategy.applyDefaults(object)
    try {
      await createObject(namespaces, call, object)
    } catch (error) {
      if (!hasReason(error, 'AlreadyExists')) throw error
    }
  }
  await Promise.all(SYSTEM_NAMESPACES.map(ensure))
}
