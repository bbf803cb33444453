import { podRequests, type Resources } from '../cache/resources.ts'
import type { PluginArgs } from '../config/index.ts'
import { MAX_NODE_SCORE, OK, type Plugin, SKIP } from '../framework/types.ts'
import { amountOf, isExtended, readResources } from './resource-scores.ts'

const KEY = 'NodeResourcesBalancedAllocation'

/** Prefers nodes whose resources, CPU and memory if not told otherwise, would be used to an equal degree. */
export function balancedAllocation(args: PluginArgs = {}): Plugin {
  const names = readResources(args['resources'], 'resources').map(({ name }) => name)
  return {
    name: KEY,
    interests: [],
    preScore(state, pod) {
      const requests = podRequests(pod)
      if (names.every((name) => amountOf(requests, name) === 0)) return SKIP
      state.set(KEY, requests)
      return OK
    },
    score(state, _pod, node) {
      const requests = state.get(KEY) as Resources
      const shares: number[] = []
      for (const name of names) {
        const asked = amountOf(requests, name)
        const total = amountOf(node.allocatable, name)
        if (isExtended(name) && (total === 0 || asked === 0)) continue
        shares.push(usedShare(amountOf(node.requested, name) + asked, total))
      }
      return Math.floor((1 - deviation(shares)) * MAX_NODE_SCORE)
    },
  }
}

function usedShare(used: number, total: number): number {
  return total === 0 ? 1 : Math.min(1, used / total)
}

/** The standard deviation; of two numbers it is half their distance. */
function deviation(shares: readonly number[]): number {
  const [a = 0, b = 0] = shares
  if (shares.length < 2) return 0
  if (shares.length === 2) return Math.abs(a - b) / 2
  const mean = shares.reduce((sum, share) => sum + share, 0) / shares.length
  const variance = shares.reduce((sum, share) => sum + (share - mean) ** 2, 0) / shares.length
  return Math.sqrt(variance)
}
