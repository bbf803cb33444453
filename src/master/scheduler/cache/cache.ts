import { assert } from '../../../base/index.ts'
import type { NodeView, PodView, Snapshot } from '../framework/types.ts'
import { NodeInfo } from './node-info.ts'

/**
 * The nodes and the pods on them, ahead of what the API server has confirmed: a pod is assumed on
 * its node as soon as it is chosen, so that the next cycle counts it. The informer's word replaces
 * the assumption; a failed binding takes it back.
 */
export class SchedulerCache {
  readonly #nodes = new Map<string, NodeInfo>()
  /** Where each counted pod is, by uid. */
  readonly #places = new Map<string, { nodeName: string; assumed: boolean }>()
  readonly #nodesWithAffinity = new Set<NodeInfo>()
  readonly #nodesWithRequiredAntiAffinity = new Set<NodeInfo>()
  readonly #imageNodeCounts = new Map<string, number>()
  #snapshot: Snapshot | undefined

  setNode(node: NodeView): void {
    const info = this.#infoOf(node.metadata.name)
    if (info.node === undefined) this.#snapshot = undefined
    this.#setNode(info, node)
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name)
    if (!info) return
    this.#setNode(info, undefined)
    this.#dropIfEmpty(info)
    this.#snapshot = undefined
  }

  /** A pod that the API server says is bound: added, moved or refreshed. */
  setPod(pod: PodView): void {
    const nodeName = pod.spec.nodeName
    assert(nodeName, 'only bound pods are kept in the cache')
    this.#remove(pod.metadata.uid)
    this.#add(pod, nodeName)
    this.#places.set(pod.metadata.uid, { nodeName, assumed: false })
  }

  removePod(uid: string): void {
    this.#remove(uid)
  }

  /** Counts the pod on the node before it is bound. */
  assume(pod: PodView, nodeName: string): void {
    assert(!this.#places.has(pod.metadata.uid), 'a pod is assumed once')
    this.#add(pod, nodeName)
    this.#places.set(pod.metadata.uid, { nodeName, assumed: true })
  }

  /** Takes an assumption back; what the API server has confirmed stays. */
  forget(uid: string): void {
    if (this.#places.get(uid)?.assumed) this.#remove(uid)
  }

  /** Whether the pod is counted on some node, assumed or confirmed. */
  has(uid: string): boolean {
    return this.#places.has(uid)
  }

  /** The nodes that exist, by name. It follows the cache: valid until the next await. */
  snapshot(): Snapshot {
    this.#snapshot ??= {
      nodes: [...this.#nodes.values()]
        .filter((info) => info.node !== undefined)
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
      nodesWithAffinity: this.#nodesWithAffinity,
      nodesWithRequiredAntiAffinity: this.#nodesWithRequiredAntiAffinity,
      imageNodeCounts: this.#imageNodeCounts,
    }
    return this.#snapshot
  }

  #setNode(info: NodeInfo, node: NodeView | undefined): void {
    for (const image of info.images.keys()) this.#countImage(image, -1)
    info.setNode(node)
    for (const image of info.images.keys()) this.#countImage(image, 1)
  }

  #countImage(image: string, change: 1 | -1): void {
    const count = (this.#imageNodeCounts.get(image) ?? 0) + change
    if (count === 0) this.#imageNodeCounts.delete(image)
    else this.#imageNodeCounts.set(image, count)
  }

  #add(pod: PodView, nodeName: string): void {
    const info = this.#infoOf(nodeName)
    info.addPod(pod)
    this.#index(info)
  }

  /** Keeps the sets of nodes that pod affinity has to look at. */
  #index(info: NodeInfo): void {
    if (info.hasAffinity) this.#nodesWithAffinity.add(info)
    else this.#nodesWithAffinity.delete(info)
    if (info.hasRequiredAntiAffinity) this.#nodesWithRequiredAntiAffinity.add(info)
    else this.#nodesWithRequiredAntiAffinity.delete(info)
  }

  #remove(uid: string): void {
    const place = this.#places.get(uid)
    if (!place) return
    this.#places.delete(uid)
    const info = this.#nodes.get(place.nodeName)
    if (!info) return
    info.removePod(uid)
    this.#index(info)
    this.#dropIfEmpty(info)
  }

  #infoOf(name: string): NodeInfo {
    let info = this.#nodes.get(name)
    if (!info) {
      info = new NodeInfo(name)
      this.#nodes.set(name, info)
    }
    return info
  }

  #dropIfEmpty(info: NodeInfo): void {
    if (info.isEmpty) this.#nodes.delete(info.name)
  }
}
