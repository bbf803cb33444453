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
  #snapshot: Snapshot | undefined

  setNode(node: NodeView): void {
    this.#infoOf(node.metadata.name).setNode(node)
    this.#snapshot = undefined
  }

  removeNode(name: string): void {
    const info = this.#nodes.get(name)
    if (!info) return
    info.setNode(undefined)
    this.#dropIfEmpty(info)
    this.#snapshot = undefined
  }

  /** A pod that the API server says is bound: added, moved or refreshed. */
  setPod(pod: PodView): void {
    const nodeName = pod.spec.nodeName
    assert(nodeName, 'only bound pods are kept in the cache')
    this.#remove(pod.metadata.uid)
    this.#infoOf(nodeName).addPod(pod)
    this.#places.set(pod.metadata.uid, { nodeName, assumed: false })
  }

  removePod(uid: string): void {
    this.#remove(uid)
  }

  /** Counts the pod on the node before it is bound. */
  assume(pod: PodView, nodeName: string): void {
    assert(!this.#places.has(pod.metadata.uid), 'a pod is assumed once')
    this.#infoOf(nodeName).addPod(pod)
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
    }
    return this.#snapshot
  }

  #remove(uid: string): void {
    const place = this.#places.get(uid)
    if (!place) return
    this.#places.delete(uid)
    const info = this.#nodes.get(place.nodeName)
    info?.removePod(uid)
    if (info) this.#dropIfEmpty(info)
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
