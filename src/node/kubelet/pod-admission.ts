import { isSidecar } from '../../api/index.ts'
import type { PodView } from './pod-words.ts'

/** Why a pod that is bound to the node cannot run there; ends in the pod's status. */
export interface Rejection {
  readonly reason: string
  readonly message: string
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
export function rejectionOf(pod: PodView, others: Iterable<PodView>): Rejection | undefined {
  const wanted = hostPortsOf(pod)
  if (wanted.length === 0) return undefined
  for (const other of others) {
    const taken = hostPortsOf(other)
    if (!wanted.some((one) => taken.some((two) => collide(one, two)))) continue
    const message =
      'Pod was rejected: Predicate NodePorts failed: ' +
      "node(s) didn't have free ports for the requested pod ports"
    return { reason: 'NodePorts', message }
  }
  return undefined
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
