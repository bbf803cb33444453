import type { Node } from '../../../api/index.ts'
import type { AdmissionPlugin } from './chain.ts'

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

/** A new node takes no pods until its lifecycle controller has seen it ready (KEP-382). */
export const nodeTaints: AdmissionPlugin = ({ operation, resource, subresource, object }) => {
  if (operation !== 'CREATE' || resource.kind !== 'Node' || subresource !== '' || !object) return
  const node = object as Node
  const taints = node.spec?.taints ?? []
  if (taints.some((t) => t.key === NOT_READY.key && t.effect === NOT_READY.effect)) return
  node.spec = { ...node.spec, taints: [...taints, { ...NOT_READY }] }
}
