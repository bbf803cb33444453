import type { Store } from '../registry/store.ts'
import { createMissing } from './create-missing.ts'

const SYSTEM_NAMESPACES = ['default', 'kube-system', 'kube-public', 'kube-node-lease']

/** Makes the namespaces that every cluster has, as far as they are not there. */
export async function ensureNamespaces(
  namespaces: Store,
  options: { signal: AbortSignal },
): Promise<void> {
  const ensure = (name: string) => createMissing(namespaces, { metadata: { name } }, options)
  await Promise.all(SYSTEM_NAMESPACES.map(ensure))
}
