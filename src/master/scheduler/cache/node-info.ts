import { assert } from '../../../base/index.ts'
import type { NodeView, PodView } from '../framework/types.ts'
import { affinityTermsOf, type PodAffinityTerms } from './affinity-terms.ts'
import { addResources, noResources, podRequests, type Resources, toResources } from './resources.ts'

/** One pod's share of a node, worked out once when it is added. */
interface PodShare {
  readonly pod: PodView
  readonly requested: Resources
  readonly nonZero: Resources
  readonly ports: readonly HostPort[]
  readonly terms: PodAffinityTerms
  readonly hasAffinity: boolean
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
  #images: ReadonlyMap<string, number> = new Map()
  readonly #pods = new Map<string, PodShare>()
  #list: readonly PodView[] | undefined
  #affineList: readonly PodShare[] | undefined
  #affine = 0
  #antiAffine = 0
  #revision = 0

  constructor(name: string) {
    this.name = name
  }

  /** Another number after every change: what was worked out from the rest holds until then. */
  get revision(): number {
    return this.#revision
  }

  get node(): NodeView | undefined {
    return this.#node
  }

  get allocatable(): Resources {
    return this.#allocatable
  }

  /** Sizes in bytes of the images that the node has, under all their names. */
  get images(): ReadonlyMap<string, number> {
    return this.#images
  }

  get podCount(): number {
    return this.#pods.size
  }

  get isEmpty(): boolean {
    return this.#node === undefined && this.#pods.size === 0
  }

  /** Whether a pod here has any affinity or anti-affinity to pods. */
  get hasAffinity(): boolean {
    return this.#affine > 0
  }

  /** Whether a pod here has required anti-affinity to pods. */
  get hasRequiredAntiAffinity(): boolean {
    return this.#antiAffine > 0
  }

  setNode(node: NodeView | undefined): void {
    this.#revision++
    this.#node = node
    this.#images = imagesOf(node)
    this.#allocatable = toResources(node?.status.allocatable ?? node?.status.capacity)
  }

  addPod(pod: PodView): void {
    const terms = affinityTermsOf(pod)
    this.#add({
      pod,
      requested: podRequests(pod),
      nonZero: podRequests(pod, { nonZero: true }),
      ports: hostPortsOf(pod),
      terms,
      hasAffinity: Object.values(terms).some((list) => list.length > 0),
    })
  }

  removePod(uid: string): void {
    const share = this.#pods.get(uid)
    if (!share) return
    this.#pods.delete(uid)
    this.#count(share, -1)
  }

  /** A copy to try changes on; the original does not see them. */
  clone(): NodeInfo {
    const copy = new NodeInfo(this.name)
    copy.#node = this.#node
    copy.#allocatable = this.#allocatable
    copy.#images = this.#images
    for (const share of this.#pods.values()) copy.#add(share)
    return copy
  }

  #add(share: PodShare): void {
    const { uid } = share.pod.metadata
    assert(!this.#pods.has(uid), 'a pod is added to a node once')
    this.#pods.set(uid, share)
    this.#count(share, 1)
  }

  #count(share: PodShare, sign: 1 | -1): void {
    this.#revision++
    addResources(this.requested, share.requested, sign)
    addResources(this.nonZeroRequested, share.nonZero, sign)
    this.#list = undefined
    this.#affineList = undefined
    if (share.hasAffinity) this.#affine += sign
    if (share.terms.requiredAnti.length > 0) this.#antiAffine += sign
  }

  /** The pods here that have any affinity or anti-affinity to pods, with their terms. */
  affinePods(): readonly { readonly pod: PodView; readonly terms: PodAffinityTerms }[] {
    this.#affineList ??= [...this.#pods.values()].filter((share) => share.hasAffinity)
    return this.#affineList
  }

  /** Scans of the whole cluster read it for every node: it is made again only after a change. */
  pods(): readonly PodView[] {
    this.#list ??= Array.from(this.#pods.values(), (share) => share.pod)
    return this.#list
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

function imagesOf(node: NodeView | undefined): ReadonlyMap<string, number> {
  const sizes = new Map<string, number>()
  for (const image of node?.status.images ?? []) {
    for (const name of image.names ?? []) sizes.set(name, Number(image.sizeBytes ?? 0))
  }
  return sizes
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
