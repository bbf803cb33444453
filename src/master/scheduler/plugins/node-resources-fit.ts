import type { NodeInfo } from '../cache/node-info.ts'
import { podRequests, type Resources } from '../cache/resources.ts'
import { MAX_NODE_SCORE, OK, type Plugin, unschedulable } from '../framework/types.ts'
import type { ClusterEvent } from '../framework/events.ts'

const KEY = 'NodeResourcesFit'

interface Requests {
  readonly exact: Resources
  readonly nonZero: Resources
}

/** The node must have what the pod requests; among those, the emptier ones score (LeastAllocated). */
export const nodeResourcesFit: Plugin = {
  name: KEY,
  interests: [
    { resource: 'assigned-pod', actions: ['delete'] },
    { resource: 'node', actions: ['add', 'update'], mayHelp: (_pod, event) => grew(event) },
  ],
  preFilter(state, pod) {
    const requests: Requests = {
      exact: podRequests(pod),
      nonZero: podRequests(pod, { nonZero: true }),
    }
    state.set(KEY, requests)
    return OK
  },
  filter(state, _pod, node) {
    const reasons = shortages((state.get(KEY) as Requests).exact, node)
    return reasons.length === 0 ? OK : unschedulable(...reasons)
  },
  score(state, _pod, node) {
    const { nonZero } = state.get(KEY) as Requests
    const cpu = freeShare(
      node.allocatable.milliCpu,
      node.nonZeroRequested.milliCpu + nonZero.milliCpu,
    )
    const memory = freeShare(node.allocatable.memory, node.nonZeroRequested.memory + nonZero.memory)
    return Math.floor((cpu + memory) / 2)
  },
}

/** What the node lacks for the request, in kube-scheduler's words. */
function shortages(request: Resources, node: NodeInfo): string[] {
  const { allocatable, requested } = node
  const reasons: string[] = []
  if (node.podCount + 1 > allocatable.pods) reasons.push('Too many pods')
  if (lacks(request.milliCpu, allocatable.milliCpu, requested.milliCpu)) {
    reasons.push('Insufficient cpu')
  }
  if (lacks(request.memory, allocatable.memory, requested.memory)) {
    reasons.push('Insufficient memory')
  }
  if (lacks(request.ephemeralStorage, allocatable.ephemeralStorage, requested.ephemeralStorage)) {
    reasons.push('Insufficient ephemeral-storage')
  }
  for (const [name, wanted] of request.extended) {
    const total = allocatable.extended.get(name) ?? 0
    if (lacks(wanted, total, requested.extended.get(name) ?? 0))
      reasons.push(`Insufficient ${name}`)
  }
  return reasons
}

function lacks(wanted: number, total: number, used: number): boolean {
  return wanted > 0 && wanted > total - used
}

function freeShare(total: number, used: number): number {
  return total === 0 || used > total ? 0 : Math.floor(((total - used) * MAX_NODE_SCORE) / total)
}

/** A node update helps only if the node has more of something than before. */
function grew(event: ClusterEvent): boolean {
  if (event.resource !== 'node' || !event.now) return false
  const before = event.old?.status.allocatable ?? {}
  const after = event.now.status.allocatable ?? {}
  return Object.entries(after).some(([name, amount]) => before[name] !== amount)
}
