import { OK, type Plugin, unresolvable } from '../framework/types.ts'
import { isTolerated } from '../../../api/index.ts'

const TAINT = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }

/** A cordoned node takes only pods that tolerate it. */
export const nodeUnschedulable: Plugin = {
  name: 'NodeUnschedulable',
  interests: [
    {
      resource: 'node',
      actions: ['add', 'update'],
      mayHelp: (_pod, event) => event.resource === 'node' && !event.now?.spec.unschedulable,
    },
  ],
  filter(_state, pod, node) {
    if (!node.node?.spec.unschedulable || isTolerated(TAINT, pod.spec.tolerations)) return OK
    return unresolvable('node(s) were unschedulable')
  },
}
