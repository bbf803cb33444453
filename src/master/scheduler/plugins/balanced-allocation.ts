import { podRequests, type Resources } from '../cache/resources.ts'
import { MAX_NODE_SCORE, OK, type Plugin, SKIP } from '../framework/types.ts'

const KEY = 'NodeResourcesBalancedAllocation'

/** Prefers nodes whose CPU and memory would be used to an equal degree. */
export const balancedAllocation: Plugin = {
  name: KEY,
  interests: [],
  preScore(state, pod) {
    const requests = podRequests(pod)
    if (requests.milliCpu === 0 && requests.memory === 0) return SKIP
    state.set(KEY, requests)
    return OK
  },
  score(state, _pod, node) {
    const requests = state.get(KEY) as Resources
    const cpu = usedShare(node.requested.milliCpu + requests.milliCpu, node.allocatable.milliCpu)
    const memory = usedShare(node.requested.memory + requests.memory, node.allocatable.memory)
    // The standard deviation of two numbers is half their distance.
    return Math.floor((1 - Math.abs(cpu - memory) / 2) * MAX_NODE_SCORE)
  },
}

function usedShare(used: number, total: number): number {
  return total === 0 ? 1 : Math.min(1, used / total)
}
