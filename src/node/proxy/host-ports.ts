import type { DeepReadonly } from '../../base/index.ts'
import type { Container, Pod, Stored } from '../../api/index.ts'
import type { ProxyNode, Rule } from './plan.ts'

type PodView = DeepReadonly<Stored<Pod>>

/** Whether a pod wants ports of its node's address. */
export function hasHostPorts(pod: PodView | undefined): boolean {
  return pod !== undefined && containersOf(pod).some((c) => c.ports?.some((p) => p.hostPort))
}

/**
 * The rules of the host ports of a node's pods: from the node's address, or the one that `hostIP`
 * names, to the pod. Pure. A pod on the host's network listens there itself.
 */
export function planHostPorts(pods: Iterable<PodView>, node: Pick<ProxyNode, 'ip'>): Rule[] {
  const rules = new Map<string, Rule>()
  for (const pod of pods) {
    const { phase, podIP } = pod.status ?? {}
    if (pod.spec.hostNetwork || !podIP || phase === 'Succeeded' || phase === 'Failed') continue
    const { namespace, name, uid } = pod.metadata
    for (const port of containersOf(pod).flatMap((container) => container.ports ?? [])) {
      const { hostPort, hostIP, protocol = 'TCP' } = port
      if (!hostPort || (protocol !== 'TCP' && protocol !== 'UDP')) continue
      const address = !hostIP || hostIP === '0.0.0.0' ? node.ip : hostIP
      const key = `${protocol} ${address}:${hostPort}`
      // One that is ending may still be there when the next has come: the older keeps the port.
      if (rules.has(key)) continue
      rules.set(key, {
        key,
        kind: 'HostPort',
        owner: { namespace, name, uid },
        portName: port.name ?? '',
        protocol,
        address,
        port: hostPort,
        targets: [{ address: podIP, port: port.containerPort }],
        affinityMs: undefined,
      })
    }
  }
  return [...rules.values()]
}

function containersOf({ spec }: PodView): readonly DeepReadonly<Container>[] {
  return [...(spec.initContainers ?? []), ...spec.containers]
}
