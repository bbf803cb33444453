import { untoleratedTaints } from '../../../api/index.ts'
import { OK, type Plugin, unresolvable } from '../framework/types.ts'
import { normalizeReversed } from './normalize.ts'

/** Effects that keep pods away. */
export const HARD_EFFECTS = ['NoSchedule', 'NoExecute']
const SOFT_EFFECTS = ['PreferNoSchedule']

/** Keeps pods off nodes with taints that they do not tolerate; prefers nodes with fewer soft ones. */
export const taintToleration: Plugin = {
  name: 'TaintToleration',
  interests: [
    {
      resource: 'node',
      actions: ['add', 'update'],
      mayHelp: (pod, event) =>
        event.resource === 'node' &&
        untoleratedTaints(event.now?.spec.taints, pod.spec.tolerations, HARD_EFFECTS).length === 0,
    },
  ],
  filter(_state, pod, node) {
    const taints = node.node?.spec.taints
    if (taints === undefined || taints.length === 0) return OK
    const [taint] = untoleratedTaints(taints, pod.spec.tolerations, HARD_EFFECTS)
    if (!taint) return OK
    return unresolvable(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`)
  },
  score(_state, pod, { node }) {
    const taints = node?.spec.taints
    if (taints === undefined || taints.length === 0) return 0
    return untoleratedTaints(taints, pod.spec.tolerations, SOFT_EFFECTS).length
  },
  normalize: normalizeReversed,
}
