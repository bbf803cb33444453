/** As upstream: a node that refuses a pod is asked again after 1 s, 2 s, …, 15 min. */
const FIRST_MS = 1000
const MAX_MS = 15 * 60_000
/** Nodes that are remembered; the oldest are forgotten first. */
const ENTRIES_MAX = 10_000

/** How long failed pods stay, so that a daemon set and a kubelet do not fight at full speed. */
export class FailedPodBackoff {
  readonly #byNode = new Map<string, { delayMs: number; atMs: number }>()

  /** Milliseconds until the failed pod of a set on a node may be replaced; 0: now, which counts. */
  take(key: string, nowMs: number): number {
    const last = this.#byNode.get(key)
    const leftMs = last ? last.atMs + last.delayMs - nowMs : 0
    if (leftMs > 0) return leftMs
    // Whoever had no trouble for twice the longest delay begins anew.
    const isFresh = !last || nowMs - last.atMs > 2 * MAX_MS
    const delayMs = isFresh ? FIRST_MS : Math.min(MAX_MS, last.delayMs * 2)
    this.#byNode.delete(key)
    this.#byNode.set(key, { delayMs, atMs: nowMs })
    for (const oldest of this.#byNode.keys()) {
      if (this.#byNode.size <= ENTRIES_MAX) break
      this.#byNode.delete(oldest)
    }
    return 0
  }
}
