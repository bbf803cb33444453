import { type HostPort, hostPortsOf } from '../cache/node-info.ts'
import { OK, type Plugin, SKIP, unschedulable } from '../framework/types.ts'

const KEY = 'NodePorts'

/** Two pods on one node cannot hold the same host port. */
export const nodePorts: Plugin = {
  name: KEY,
  interests: [
    { resource: 'assigned-pod', actions: ['delete'] },
    { resource: 'node', actions: ['add'] },
  ],
  preFilter(state, pod) {
    const ports = hostPortsOf(pod)
    if (ports.length === 0) return SKIP
    state.set(KEY, ports)
    return OK
  },
  filter(state, _pod, node) {
    const ports = state.get(KEY) as readonly HostPort[]
    if (!node.hasPortConflict(ports)) return OK
    return unschedulable("node(s) didn't have free ports for the requested pod ports")
  },
}
