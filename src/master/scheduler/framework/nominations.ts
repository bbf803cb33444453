import type { PodView } from './types.ts'

const NOBODY: readonly PodView[] = []

/**
 * Pods for which room is being made on a node (`status.nominatedNodeName`): they are counted there
 * when pods of no higher priority are scheduled, so that these do not take the room.
 */
export class Nominations {
  readonly #places = new Map<string, string>()
  readonly #pods = new Map<string, PodView[]>()

  nodeOf(uid: string): string | undefined {
    return this.#places.get(uid)
  }

  on(nodeName: string): readonly PodView[] {
    // Asked for every node of every pod, while mostly nobody is promised anything.
    return this.#pods.size === 0 ? NOBODY : (this.#pods.get(nodeName) ?? NOBODY)
  }

  set(pod: PodView, nodeName: string): void {
    this.delete(pod.metadata.uid)
    this.#places.set(pod.metadata.uid, nodeName)
    this.#pods.set(nodeName, [...this.on(nodeName), pod])
  }

  /**
   * What the API server says of a waiting pod. While it has never told of a nomination, one made
   * here stays: the write is still on its way.
   */
  observe(old: PodView | undefined, now: PodView): void {
    const nodeName = now.status.nominatedNodeName
    if (nodeName) this.set(now, nodeName)
    else if (old?.status.nominatedNodeName) this.delete(now.metadata.uid)
  }

  delete(uid: string): void {
    const nodeName = this.#places.get(uid)
    if (nodeName === undefined) return
    this.#places.delete(uid)
    const others = this.on(nodeName).filter((pod) => pod.metadata.uid !== uid)
    if (others.length > 0) this.#pods.set(nodeName, others)
    else this.#pods.delete(nodeName)
  }
}
