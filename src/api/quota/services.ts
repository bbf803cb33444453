import type { DeepReadonly } from '../../base/index.ts'
import type { Service } from '../core/index.ts'
import type { Amounts } from '../helpers/index.ts'
import type { QuotaEvaluator } from './evaluator.ts'

const NAMES = ['count/services', 'services', 'services.nodeports', 'services.loadbalancers']

export const serviceEvaluator: QuotaEvaluator = {
  matching: (names) => names.filter((name) => NAMES.includes(name)),
  usage: (object) => usageOf(object as DeepReadonly<Service>),
  updates: true,
}

function usageOf({ spec }: DeepReadonly<Service>): Amounts {
  const ports = spec?.ports ?? []
  const isBalanced = spec?.type === 'LoadBalancer'
  const all =
    spec?.type === 'NodePort' || (isBalanced && spec.allocateLoadBalancerNodePorts !== false)
  // Where none are allocated only those count that are named.
  const named = isBalanced ? ports.filter((port) => port.nodePort).length : 0
  return {
    'count/services': '1',
    services: '1',
    'services.nodeports': String(all ? ports.length : named),
    'services.loadbalancers': isBalanced ? '1' : '0',
  }
}
