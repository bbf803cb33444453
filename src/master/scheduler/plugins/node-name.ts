import { OK, type Plugin, unresolvable } from '../framework/types.ts'

/** A pod that names its node goes there or nowhere. */
export const nodeName: Plugin = {
  name: 'NodeName',
  interests: [{ resource: 'node', actions: ['add'] }],
  filter(_state, pod, node) {
    const wanted = pod.spec.nodeName
    if (!wanted || wanted === node.name) return OK
    return unresolvable("node(s) didn't match the requested node name")
  },
}
