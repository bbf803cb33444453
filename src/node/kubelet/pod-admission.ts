import type { DeepReadonly } from '../../base/index.ts'
import {
  addAmounts,
  type Amounts,
  fitsNode,
  isSidecar,
  type Node,
  podRequestsOf,
  quantityMilliValue,
  quantityValue,
  untoleratedTaints,
} from '../../api/index.ts'
import type { PodView } from './pod-words.ts'

/** Why a pod that is bound to the node cannot run there; ends in the pod's status. */
export interface Rejection {
  readonly reason: string
  readonly message: string
}

/** What the kubelet knows about its node. */
export interface AdmissionNode {
  readonly object: DeepReadonly<Node>
  readonly allocatable: Amounts
}

interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

const ANY_ADDRESS = '0.0.0.0'

/**
 * Why a pod cannot run beside those that the node has; undefined: it can. The scheduler sees to it,
 * but whoever names the node in a pod goes past the scheduler. Pure.
 */
export function rejectionOf(
  pod: PodView,
  others: readonly PodView[],
  node: AdmissionNode,
): Rejection | undefined {
  const os = pod.spec.os?.name
  if (os !== undefined && os !== 'linux') {
    const message = "Failed to admit pod as the OS field doesn't match node OS"
    return { reason: 'PodOSNotSupported', message }
  }
  const lacking = shortageOf(pod, others, node.allocatable)
  if (lacking) {
    const { name, requested, used, capacity } = lacking
    const told = `requested: ${requested}, used: ${used}, capacity: ${capacity}`
    const message = `Pod was rejected: Node didn't have enough resource: ${name}, ${told}`
    return { reason: `OutOf${name}`, message }
  }
  if (!fitsNode(pod.spec, node.object)) {
    return failed('NodeAffinity', "node(s) didn't match Pod's node affinity/selector")
  }
  if (hasTakenPort(pod, others)) {
    return failed('NodePorts', "node(s) didn't have free ports for the requested pod ports")
  }
  const taints = untoleratedTaints(node.object.spec.taints, pod.spec.tolerations, ['NoExecute'])
  return taints.length === 0
    ? undefined
    : failed('TaintToleration', "node(s) had taints that the pod didn't tolerate")
}

function failed(predicate: string, why: string): Rejection {
  return {
    reason: predicate,
    message: `Pod was rejected: Predicate ${predicate} failed: ${why}`,
  }
}

interface Shortage {
  readonly name: string
  readonly requested: number
  readonly used: number
  readonly capacity: number
}

/** The first resource of which the node has not enough left, CPU in thousandths of a core. */
export function shortageOf(
  pod: PodView,
  others: readonly PodView[],
  allocatable: Amounts,
): Shortage | undefined {
  const capacity = Number(allocatable['pods'] ?? 0)
  if (others.length + 1 > capacity) {
    return { name: 'pods', requested: 1, used: others.length, capacity }
  }
  const wanted = podRequestsOf(pod.spec)
  let used: Amounts = {}
  if (Object.keys(wanted).length === 0) return undefined
  for (const other of others) used = addAmounts(used, podRequestsOf(other.spec))
  for (const [name, amount] of Object.entries(wanted)) {
    const has = allocatable[name]
    // An extended resource that the node does not know is none of the kubelet's business.
    if (has === undefined && name.includes('/')) continue
    const count = name === 'cpu' ? quantityMilliValue : quantityValue
    const found = {
      name,
      requested: Number(count(amount)),
      used: Number(count(used[name] ?? '0')),
      capacity: Number(count(has ?? '0')),
    }
    if (found.requested > 0 && found.requested > found.capacity - found.used) return found
  }
  return undefined
}

function hasTakenPort(pod: PodView, others: readonly PodView[]): boolean {
  const wanted = hostPortsOf(pod)
  if (wanted.length === 0) return false
  return others.some((other) =>
    hostPortsOf(other).some((held) => wanted.some((port) => collide(held, port))),
  )
}

function hostPortsOf({ spec }: PodView): HostPort[] {
  const found: HostPort[] = []
  for (const container of [...(spec.initContainers ?? []).filter(isSidecar), ...spec.containers]) {
    for (const { hostPort, hostIP, protocol = 'TCP' } of container.ports ?? []) {
      if (hostPort) found.push({ ip: hostIP || ANY_ADDRESS, protocol, port: hostPort })
    }
  }
  return found
}

function collide(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false
  return a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS
}
