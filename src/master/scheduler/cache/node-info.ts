import { assert } from '../../../base/index.ts'
import type { NodeView, PodView } from '../framework/types.ts'
import { addResources, noResources, podRequests, type Resources, toResources } from './resources.ts'

/** One pod's share of a node, worked out once when it is added. */
interface PodShare {
  readonly pod: PodView
  readonly requested: Resources
  readonly nonZero: Resources
  readonly ports: readonly HostPort[]
}

export interface HostPort {
  readonly ip: string
  readonly protocol: string
  readonly port: number
}

/**
 * A node with the sums of what runs there. Only the cache changes it; a scheduling cycle reads it.
 * `node` is undefined while pods are known for a node that is not (yet, or any more).
 */
export class NodeInfo {
  readonly name: string
  readonly requested: Resources = noResources()
  /** As `requested`, but containers that ask for nothing count with a default. */
  readonly nonZeroRequested: Resources = noResources()
  #node: NodeView | undefined
  #allocatable: Resources = noResources()
  readonly #pods = new Map<string, PodShare>()

  constructor(name: string) {
    this.name = name
  }

  get node(): NodeView | undefined {
    return this.#node
  }

  get allocatable(): Resources {
    return this.#allocatable
  }

  get podCount(): number {
    return this.#pods.size
  }

  get isEmpty(): boolean {
    return this.#node === undefined && this.#pods.size === 0
  }

  setNode(node: NodeView | undefined): void {
    this.#node = node
    this.#allocatable = toResources(node?.status.allocatable ?? node?.status.capacity)
  }

  addPod(pod: PodView): void {
    assert(!this.#pods.has(pod.metadata.uid), 'a pod is added to a node once')
    const share = {
      pod,
      requested: podRequests(pod),
      nonZero: podRequests(pod, { nonZero: true }),
      ports: hostPortsOf(pod),
    }
    this.#pods.set(pod.metadata.uid, share)
    addResources(this.requested, share.requested)
    addResources(this.nonZeroRequested, share.nonZero)
  }

  removePod(uid: string): void {
    const share = this.#pods.get(uid)
    if (!share) return
    this.#pods.delete(uid)
    addResources(this.requested, share.requested, -1)
    addResources(this.nonZeroRequested, share.nonZero, -1)
  }

  *pods(): Iterable<PodView> {
    for (const share of this.#pods.values()) yield share.pod
  }

  /** Whether a pod here holds one of these host ports (0.0.0.0 collides with every address). */
  hasPortConflict(wanted: readonly HostPort[]): boolean {
    if (wanted.length === 0) return false
    for (const share of this.#pods.values()) {
      if (share.ports.some((held) => wanted.some((port) => collide(held, port)))) return true
    }
    return false
  }
}

const ANY_ADDRESS = '0.0.0.0'

function collide(a: HostPort, b: HostPort): boolean {
  if (a.port !== b.port || a.protocol !== b.protocol) return false
  return a.ip === b.ip || a.ip === ANY_ADDRESS || b.ip === ANY_ADDRESS
}

/** The host ports of a pod's containers and sidecars. */
export function hostPortsOf(pod: PodView): HostPort[] {
  const sidecars = (pod.spec.initContainers ?? []).filter((c) => c.restartPolicy === 'Always')
  return [...pod.spec.containers, ...sidecars].flatMap((container) =>
    (container.ports ?? []).flatMap((port) =>
      port.hostPort
        ? [
            {
              ip: port.hostIP || ANY_ADDRESS,
              protocol: port.protocol || 'TCP',
              port: port.hostPort,
            },
          ]
        : [],
    ),
  )
}
