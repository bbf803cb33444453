import type { Node } from '../../../api/index.ts'
import type { AdmissionAttributes } from './attributes.ts'
import type { MakePlugin } from './plugin.ts'

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

/** A new node takes no pods until its lifecycle controller has seen it ready (KEP-382). */
export const nodeTaints: MakePlugin = () => ({ admit })

function admit(attributes: AdmissionAttributes): void {
  const { operation, object } = attributes
  if (operation !== 'CREATE' || !attributes.isOf('', 'nodes') || !object) return
  const node = object as Node
  const taints = node.spec?.taints ?? []
  if (taints.some((t) => t.key === NOT_READY.key && t.effect === NOT_READY.effect)) return
  node.spec = { ...node.spec, taints: [...taints, { ...NOT_READY }] }
}
