import { hasReason } from '../../base/index.ts'
import { isPodTerminal, keyOf, type Node, nodes, type Pod, pods } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { markDisrupted } from './disruption.ts'
import { isNodeReady } from './node-health.ts'
import {
  type Cached,
  type Controller,
  type ControllerContext,
  requeueAfter,
  type Source,
  syncOf,
} from './runtime.ts'

/** The one key: every pass looks at all pods. */
const PASS: ObjectKey = 'all'
const OUT_OF_SERVICE = 'node.kubernetes.io/out-of-service'

export interface PodGcOptions {
  /** Default 20 s. */
  readonly periodMs?: number
  /** `--terminated-pod-gc-threshold`: ended pods that are kept; 0 or less keeps all. Default 12500. */
  readonly terminatedPodThreshold?: number
  /** How long a node must be gone before its pods are taken for lost. Default 40 s. */
  readonly quarantineMs?: number
}

/** Removes pods that nobody else will: ended ones beyond a bound, and those whose node is gone. */
export function podGcController(
  context: ControllerContext,
  options: PodGcOptions = {},
): Controller {
  const collector = new PodCollector(context, options)
  const begin: Source = {
    whenSynced: () => Promise.resolve(),
    subscribe: (add) => {
      add(PASS)
      return () => {}
    },
  }
  return {
    name: 'pod-garbage-collector-controller',
    workers: 1,
    sources: [syncOf(collector.pods), syncOf(collector.nodes), begin],
    reconcile: (_, call) => collector.pass(call),
  }
}

type Call = { signal: AbortSignal }

class PodCollector {
  readonly pods
  readonly nodes
  readonly #context: ControllerContext
  readonly #options: Required<PodGcOptions>
  /** Since when a node's name is missed, by the monotonic clock. */
  readonly #missedMs = new Map<string, number>()
  /** What came in the way of this pass, which goes on to the other pods all the same. */
  #failed: unknown

  constructor(context: ControllerContext, options: PodGcOptions) {
    this.#context = context
    this.#options = {
      periodMs: 20_000,
      terminatedPodThreshold: 12_500,
      quarantineMs: 40_000,
      ...options,
    }
    this.pods = context.informers.for(pods)
    this.nodes = context.informers.for(nodes)
  }

  async pass(call: Call): Promise<ReconcileResult> {
    this.#failed = undefined
    const all = [...this.pods.list()]
    for (const pod of terminatedSurplus(all, this.#options.terminatedPodThreshold)) {
      await this.#remove(pod, undefined, call)
    }
    for (const pod of all.filter((each) => this.#isOutOfService(each))) {
      await this.#remove(pod, undefined, call)
    }
    await this.#removeOrphans(all, call)
    for (const pod of all) {
      if (pod.metadata.deletionTimestamp === undefined || pod.spec.nodeName) continue
      await this.#remove(pod, undefined, call)
    }
    if (this.#failed !== undefined) throw this.#failed
    return requeueAfter(this.#options.periodMs)
  }

  #isOutOfService(pod: Cached<Pod>): boolean {
    if (pod.metadata.deletionTimestamp === undefined || !pod.spec.nodeName) return false
    const node = this.nodes.get(pod.spec.nodeName)
    return node !== undefined && !isNodeReady(node) && hasTaint(node, OUT_OF_SERVICE)
  }

  async #removeOrphans(all: readonly Cached<Pod>[], call: Call): Promise<void> {
    const missing = new Set<string>()
    for (const { spec } of all) {
      if (spec.nodeName && !this.nodes.get(spec.nodeName)) missing.add(spec.nodeName)
    }
    const nowMs = this.#context.clock.monotonicMs()
    for (const name of this.#missedMs.keys()) if (!missing.has(name)) this.#missedMs.delete(name)
    for (const name of missing) {
      const sinceMs = this.#missedMs.get(name) ?? nowMs
      this.#missedMs.set(name, sinceMs)
      if (nowMs - sinceMs < this.#options.quarantineMs || (await this.#exists(name, call))) continue
      for (const pod of all) {
        if (pod.spec.nodeName !== name) continue
        await this.#remove(pod, 'PodGC: node no longer exists', call)
      }
    }
  }

  async #exists(node: string, call: Call): Promise<boolean> {
    try {
      await this.#context.client.for(nodes).get({ name: node }, call)
      return true
    } catch (error) {
      if (hasReason(error, 'NotFound')) return false
      throw error
    }
  }

  /**
   * At once, with no kubelet to confirm. A pod that still counted as running is marked Failed, lest
   * whoever holds it by a finalizer waits for its end.
   */
  async #remove(pod: Cached<Pod>, disruption: string | undefined, call: Call): Promise<void> {
    const { client, log } = this.#context
    const { name, namespace, uid } = pod.metadata
    log.info('removing a pod', { pod: keyOf(pod), why: disruption ?? 'over' })
    try {
      if (!isPodTerminal(pod)) await this.#markFailed(pod, disruption, call)
      const body = { gracePeriodSeconds: 0, preconditions: { uid } }
      await client.for(pods).delete({ name, namespace }, body, call)
    } catch (error) {
      // Invalid: the name belongs to another pod by now.
      if (!hasReason(error, 'NotFound', 'Conflict', 'Invalid')) this.#failed ??= error
    }
  }

  async #markFailed(pod: Cached<Pod>, message: string | undefined, call: Call): Promise<void> {
    const { client, clock } = this.#context
    if (message !== undefined) {
      const why = { reason: 'DeletionByPodGC', message, nowMs: clock.nowMs(), phase: 'Failed' }
      return markDisrupted(client, pod, why, call)
    }
    const { name, namespace, uid } = pod.metadata
    const body = { metadata: { uid }, status: { phase: 'Failed' } }
    const patch = { type: 'strategic', body, subresource: 'status' } as const
    await client.for(pods).patch({ name, namespace }, patch, call)
  }
}

function hasTaint(node: Cached<Node>, key: string): boolean {
  return (node.spec.taints ?? []).some((taint) => taint.key === key)
}

/** Ended pods beyond the threshold: evicted ones first, then the oldest. */
export function terminatedSurplus(all: readonly Cached<Pod>[], threshold: number): Cached<Pod>[] {
  if (threshold <= 0) return []
  const ended = all.filter(
    (pod) => isPodTerminal(pod) && pod.metadata.deletionTimestamp === undefined,
  )
  const surplus = ended.length - threshold
  if (surplus <= 0) return []
  const rank = (pod: Cached<Pod>) => (pod.status?.reason === 'Evicted' ? 0 : 1)
  return ended.sort((a, b) => rank(a) - rank(b) || olderFirst(a, b)).slice(0, surplus)
}

function olderFirst(a: Cached<Pod>, b: Cached<Pod>): number {
  const [left, right] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp]
  if (left !== right) return left < right ? -1 : 1
  return a.metadata.uid < b.metadata.uid ? -1 : 1
}
