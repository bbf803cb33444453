import type { DeepReadonly } from '../../base/index.ts'
import type { Pod } from '../core/index.ts'
import { compareQuantities, isZeroQuantity } from '../quantity/index.ts'

export type QosClass = 'Guaranteed' | 'Burstable' | 'BestEffort'

const COUNTED = ['cpu', 'memory'] as const

/**
 * A pod's quality of service: `Guaranteed` if every container limits CPU and memory and requests
 * just that, `BestEffort` if nothing is asked for, else `Burstable`.
 */
export function qosClassOf(pod: DeepReadonly<Pod>): QosClass {
  const containers = [...(pod.spec.containers ?? []), ...(pod.spec.initContainers ?? [])]
  let asked = false
  let guaranteed = true
  for (const { resources } of containers) {
    for (const name of COUNTED) {
      const limit = nonZero(resources?.limits?.[name])
      const request = nonZero(resources?.requests?.[name])
      if (limit !== undefined || request !== undefined) asked = true
      if (limit === undefined) guaranteed = false
      else if (request !== undefined && compareQuantities(limit, request) !== 0) guaranteed = false
    }
  }
  if (!asked) return 'BestEffort'
  return guaranteed ? 'Guaranteed' : 'Burstable'
}

function nonZero(quantity: string | undefined): string | undefined {
  return quantity === undefined || isZeroQuantity(quantity) ? undefined : quantity
}
