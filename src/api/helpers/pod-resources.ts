import type { DeepReadonly } from '../../base/index.ts'
import type { Pod } from '../core/index.ts'
import { addQuantities, compareQuantities } from '../quantity/index.ts'

/** Amounts by resource name, as quantities. */
export type Amounts = Readonly<Record<string, string>>

type PodSpec = DeepReadonly<Pod>['spec']
type Side = 'requests' | 'limits'

/**
 * What a pod needs in all (component-helpers `PodRequests`): its containers together, or more where
 * an init container needs more before they start; init containers that stay count with them; the
 * overhead on top. What the pod itself says counts instead.
 */
export function podRequestsOf(spec: PodSpec): Amounts {
  const total = addAmounts(containersOf(spec, 'requests'), spec.overhead ?? {})
  return { ...total, ...spec.resources?.requests }
}

/** The same for limits: the overhead counts for what is limited at all. */
export function podLimitsOf(spec: PodSpec): Amounts {
  const total: Record<string, string> = { ...containersOf(spec, 'limits') }
  for (const [name, amount] of Object.entries(spec.overhead ?? {})) {
    if (total[name] !== undefined) total[name] = addQuantities(total[name], amount)
  }
  return { ...total, ...spec.resources?.limits }
}

function containersOf(spec: PodSpec, side: Side): Amounts {
  let running: Amounts = {}
  for (const { resources } of spec.containers)
    running = addAmounts(running, resources?.[side] ?? {})
  let staying: Amounts = {}
  let most: Amounts = {}
  for (const { resources, restartPolicy } of spec.initContainers ?? []) {
    const own = resources?.[side] ?? {}
    const together = addAmounts(staying, own)
    if (restartPolicy === 'Always') staying = together
    most = maxAmounts(most, together)
  }
  return maxAmounts(addAmounts(running, staying), most)
}

export function addAmounts(a: Amounts, b: Amounts): Amounts {
  const out: Record<string, string> = { ...a }
  for (const [name, amount] of Object.entries(b)) {
    out[name] = out[name] === undefined ? amount : addQuantities(out[name], amount)
  }
  return out
}

function maxAmounts(a: Amounts, b: Amounts): Amounts {
  const out: Record<string, string> = { ...a }
  for (const [name, amount] of Object.entries(b)) {
    const own = out[name]
    if (own === undefined || compareQuantities(amount, own) > 0) out[name] = amount
  }
  return out
}
