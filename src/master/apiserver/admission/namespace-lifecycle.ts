import { statusErrors } from '../status.ts'
import type { MakePlugin } from './plugin.ts'

/** Namespaces that the cluster cannot do without. */
const IMMORTAL = new Set(['default', 'kube-system', 'kube-public'])
const NAMESPACES = { group: '', plural: 'namespaces' }

/** Nothing is made in a namespace that is not there or is going; three namespaces never go. */
export const namespaceLifecycle: MakePlugin = ({ lookup }) => ({
  async admit(request) {
    const { operation, resource, namespace, name, signal } = request
    if (operation === 'DELETE' && resource.group === '' && resource.plural === 'namespaces') {
      if (!IMMORTAL.has(name)) return
      throw statusErrors.forbidden(NAMESPACES, name, 'this namespace may not be deleted')
    }
    if (operation !== 'CREATE' || namespace === '') return
    const found = await lookup.find(NAMESPACES, { name: namespace, signal })
    if (!found) throw statusErrors.notFound(NAMESPACES, namespace)
    if (!found.metadata.deletionTimestamp) return
    throw statusErrors.forbidden(
      resource,
      name,
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      {
        causes: [
          {
            reason: 'NamespaceTerminating',
            message: `namespace ${namespace} is being terminated`,
            field: 'metadata.namespace',
          },
        ],
      },
    )
  },
})
