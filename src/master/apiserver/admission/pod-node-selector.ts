import type { Namespace, Pod } from '../../../api/index.ts'
import { statusErrors } from '../status.ts'
import { forbidden } from './forbidden.ts'
import type { MakePlugin } from './plugin.ts'

const NAMESPACES = { group: '', plural: 'namespaces' }
const ANNOTATION = 'scheduler.alpha.kubernetes.io/node-selector'

/** The pods of a namespace run on the nodes that its annotation selects. */
export const podNodeSelector: MakePlugin = ({ lookup }) => ({
  async admit(attributes) {
    const { operation, object, namespace, signal } = attributes
    if (operation !== 'CREATE' || !attributes.isOf('', 'pods') || !object) return
    const found = await lookup.find<Namespace>(NAMESPACES, { name: namespace, signal })
    const text = found?.metadata.annotations?.[ANNOTATION] ?? ''
    if (text === '') return
    const wanted = parse(text)
    const { spec } = object as Pod
    const own = spec.nodeSelector ?? {}
    if (Object.entries(wanted).some(([key, value]) => (own[key] ?? value) !== value)) {
      const why = 'pod node label selector conflicts with its namespace node label selector'
      throw forbidden(attributes, why)
    }
    spec.nodeSelector = { ...own, ...wanted }
  },
})

/** `a=b,c=d`. Throws 500 as upstream does: it is not the pod's fault. */
function parse(text: string): Record<string, string> {
  const pairs = text.split(',').map((pair) => pair.split('='))
  if (pairs.some((pair) => pair.length !== 2)) {
    throw statusErrors.internal(`invalid selector: ${text}`)
  }
  return Object.fromEntries(pairs.map(([key = '', value = '']) => [key.trim(), value.trim()]))
}
