import { type DeepReadonly, hasReason } from '../../base/index.ts'
import {
  isPodTerminal,
  keyOf,
  type Node,
  nodes,
  type Pod,
  pods,
  tolerates,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { markDisrupted } from './disruption.ts'
import { indexByNode, podsOnNode } from './pods-by-node.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  objectsOf,
  requeueAfter,
} from './runtime.ts'

/** Deletes pods that do not, or no longer, tolerate a NoExecute taint of their node. */
export function taintEvictionController(context: ControllerContext): Controller {
  const reconciler = new TaintEvictionReconciler(context)
  return {
    name: 'taint-eviction-controller',
    sources: [
      objectsOf(reconciler.pods),
      changesOf(reconciler.nodes, (change) => reconciler.podsOf(change)),
    ],
    reconcile: (key, options) => reconciler.reconcile(key, options),
  }
}

class TaintEvictionReconciler {
  readonly pods
  readonly nodes
  readonly #context: ControllerContext
  /** Pods that are to be deleted later, and since when: a cancellation is told, time runs on. */
  readonly #scheduled = new Map<ObjectKey, { readonly uid: string; readonly sinceMs: number }>()

  constructor(context: ControllerContext) {
    this.#context = context
    this.pods = context.informers.for(pods)
    this.nodes = context.informers.for(nodes)
    indexByNode(this.pods)
  }

  podsOf({ old, now }: Change<Node>): ObjectKey[] {
    const taints = (node: Cached<Node> | undefined) => JSON.stringify(node?.spec.taints ?? [])
    if (!now || taints(old) === taints(now)) return []
    return [...podsOnNode(this.pods, now.metadata.name)].map(keyOf)
  }

  async reconcile(key: ObjectKey, options: { signal: AbortSignal }): Promise<ReconcileResult> {
    const pod = this.pods.get(key)
    const node = pod?.spec.nodeName ? this.nodes.get(pod.spec.nodeName) : undefined
    const isOver = !pod || pod.metadata.deletionTimestamp !== undefined || isPodTerminal(pod)
    const nowMs = this.#context.clock.nowMs()
    const known = this.#scheduled.get(key)
    const sinceMs = known && known.uid === pod?.metadata.uid ? known.sinceMs : nowMs
    const atMs = isOver || !node ? undefined : evictionTimeMs(pod, node, { nowMs, sinceMs })
    if (!pod || atMs === undefined) {
      if (this.#scheduled.delete(key) && pod && !isOver) this.#tell(pod, 'Cancelling')
      return done
    }
    if (atMs > nowMs) {
      this.#scheduled.set(key, { uid: pod.metadata.uid, sinceMs })
      return requeueAfter(atMs - nowMs)
    }
    this.#scheduled.delete(key)
    await this.#evict(pod, options)
    return done
  }

  async #evict(pod: Cached<Pod>, options: { signal: AbortSignal }): Promise<void> {
    const { client, clock } = this.#context
    const { name, namespace, uid } = pod.metadata
    this.#tell(pod, 'Marking')
    try {
      await markDisrupted(
        client,
        pod,
        {
          reason: 'DeletionByTaintManager',
          message: 'Taint manager: deleting due to NoExecute taint',
          nowMs: clock.nowMs(),
        },
        options,
      )
      await client.for(pods).delete({ name, namespace }, { preconditions: { uid } }, options)
    } catch (error) {
      if (!hasReason(error, 'NotFound', 'Conflict')) throw error
    }
  }

  #tell(pod: Cached<Pod>, what: 'Marking' | 'Cancelling'): void {
    const name = keyOf(pod)
    const message =
      what === 'Marking' ? `Marking for deletion Pod ${name}` : `Cancelling deletion of Pod ${name}`
    this.#context.recorder.event(pod, { type: 'Normal', reason: 'TaintManagerEviction', message })
  }
}

/**
 * When the pod is to be deleted for the taints of its node; undefined when it tolerates them all
 * for good. Counted from the taint's own time, so that a new leader does not start over; where it
 * has none, from when the pod was first seen to be concerned.
 */
export function evictionTimeMs(
  pod: DeepReadonly<Pod>,
  node: DeepReadonly<Node>,
  { nowMs, sinceMs }: { nowMs: number; sinceMs: number },
): number | undefined {
  let atMs: number | undefined
  for (const taint of node.spec.taints ?? []) {
    if (taint.effect !== 'NoExecute') continue
    const tolerations = (pod.spec.tolerations ?? []).filter((each) => tolerates(each, taint))
    const seconds = tolerations.map((each) => each.tolerationSeconds ?? Infinity)
    const tolerated = seconds.length === 0 ? 0 : Math.max(0, Math.min(...seconds))
    if (tolerated === Infinity) continue
    const addedMs = Date.parse(taint.timeAdded ?? '')
    const fromMs = Number.isNaN(addedMs) ? sinceMs : addedMs
    atMs = Math.min(atMs ?? Infinity, tolerated === 0 ? nowMs : fromMs + tolerated * 1000)
  }
  return atMs
}
