import { untoleratedTaints } from '../../../api/index.ts'
import { OK, type Plugin, unresolvable } from '../framework/types.ts'
import { normalizeReversed } from './normalize.ts'

/** Effects that keep pods away. */
export const HARD_EFFECTS = ['NoSchedule', 'NoExecute']

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
    const [taint] = untoleratedTaints(node.node?.spec.taints, pod.spec.tolerations, HARD_EFFECTS)
    if (!taint) return OK
    return unresolvable(`node(s) had untolerated taint {${taint.key}: ${taint.value ?? ''}}`)
  },
  score: (_state, pod, node) =>
    untoleratedTaints(node.node?.spec.taints, pod.spec.tolerations, ['PreferNoSchedule']).length,
  normalize: normalizeReversed,
}
