import { hasReason } from '../../base/index.ts'
import {
  findCondition,
  formatTime,
  keyOf,
  leases,
  type Node,
  nodes,
  pods,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  hasEvictionTaint,
  type Heartbeats,
  isNodeReady,
  listen,
  plannedTaints,
  silentConditions,
} from './node-health.ts'
import { indexByNode, podsOnNode } from './pods-by-node.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  requeueAfter,
  syncOf,
} from './runtime.ts'

const LEASE_NAMESPACE = 'kube-node-lease'
const ZONE_LABEL = 'topology.kubernetes.io/zone'

/** How patient the controller is; defaults as kube-controller-manager's flags. */
export interface NodeLifecycleOptions {
  /** `--node-monitor-period`. Default 5 s. */
  readonly monitorPeriodMs?: number
  /** `--node-monitor-grace-period`: silence after which a node is unknown. Default 40 s. */
  readonly gracePeriodMs?: number
  /** `--node-startup-grace-period`: the same for a node that never reported. Default 60 s. */
  readonly startupGracePeriodMs?: number
  /** `--node-eviction-rate`, as the time between two nodes of one zone. Default 10 s. */
  readonly evictionIntervalMs?: number
}

/** Notices nodes that have fallen silent, and keeps the taints that follow from node conditions. */
export function nodeLifecycleController(
  context: ControllerContext,
  options: NodeLifecycleOptions = {},
): Controller {
  const reconciler = new NodeLifecycleReconciler(context, options)
  return {
    name: 'node-lifecycle-controller',
    workers: 8,
    sources: [
      changesOf(reconciler.nodes, (change) => reconciler.noteNode(change)),
      syncOf(reconciler.leases),
      syncOf(reconciler.pods),
    ],
    reconcile: (key, call) => reconciler.reconcile(key, call),
  }
}

type Call = { signal: AbortSignal }

class NodeLifecycleReconciler {
  readonly nodes
  readonly leases
  readonly pods
  readonly #context: ControllerContext
  readonly #options: Required<NodeLifecycleOptions>
  readonly #heartbeats = new Map<string, Heartbeats>()
  /** Nodes that were ready when last looked at. */
  readonly #ready = new Set<string>()
  readonly #zoneEvictedMs = new Map<string, number>()

  constructor(context: ControllerContext, options: NodeLifecycleOptions) {
    this.#context = context
    this.#options = {
      monitorPeriodMs: 5_000,
      gracePeriodMs: 40_000,
      startupGracePeriodMs: 60_000,
      evictionIntervalMs: 10_000,
      ...options,
    }
    this.nodes = context.informers.for(nodes)
    this.leases = context.informers.for(leases)
    this.pods = context.informers.for(pods)
    indexByNode(this.pods)
  }

  noteNode({ old, now }: Change<Node>): Iterable<ObjectKey> {
    const { recorder } = this.#context
    const node = now ?? old
    if (!node) return []
    const { name } = node.metadata
    if (!now) {
      this.#heartbeats.delete(name)
      this.#ready.delete(name)
      const message = `Node ${name} event: Removing Node ${name} from Controller`
      recorder.event(node, { type: 'Normal', reason: 'RemovingNode', message })
    } else if (!old) {
      const message = `Node ${name} event: Registered Node ${name} in Controller`
      recorder.event(node, { type: 'Normal', reason: 'RegisteredNode', message })
    }
    return [keyOf(node)]
  }

  async reconcile(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const cached = this.nodes.get(key)
    if (!cached) return done
    const node = await this.#checkHealth(cached, call)
    await this.#noteReadiness(node, call)
    await this.#taint(node, call)
    return requeueAfter(this.#options.monitorPeriodMs)
  }

  async #checkHealth(node: Cached<Node>, call: Call): Promise<Cached<Node>> {
    const { client, clock } = this.#context
    const { name } = node.metadata
    const lease = this.leases.get(`${LEASE_NAMESPACE}/${name}`)
    const nowMs = clock.monotonicMs()
    const heard = listen(this.#heartbeats.get(name), node, lease, nowMs)
    this.#heartbeats.set(name, heard)
    const { gracePeriodMs, startupGracePeriodMs } = this.#options
    const graceMs = heard.hasReported ? gracePeriodMs : startupGracePeriodMs
    if (nowMs - heard.heardMs <= graceMs) return node
    const conditions = silentConditions(node, clock.nowMs())
    if (!conditions) return node
    const next = draft<Node>(node)
    next.status = { ...next.status, conditions }
    return (await client.for(nodes).updateStatus(next, call)) as Cached<Node>
  }

  async #noteReadiness(node: Cached<Node>, call: Call): Promise<void> {
    const { name } = node.metadata
    const ready = isNodeReady(node)
    const wasReady = this.#ready.has(name)
    if (ready) this.#ready.add(name)
    // A kubelet that reports "not ready" still speaks for its pods after the change itself.
    const isSilent = findCondition(node.status?.conditions, 'Ready')?.status === 'Unknown'
    if (!ready && (wasReady || isSilent)) await this.#markPodsNotReady(node, call)
    if (ready || !wasReady) return
    this.#ready.delete(name)
    this.#context.recorder.event(node, {
      type: 'Normal',
      reason: 'NodeNotReady',
      message: `Node ${name} status is now: NodeNotReady`,
    })
  }

  /** Services stop sending to pods whose node is in doubt; the pods themselves go on. */
  async #markPodsNotReady(node: Cached<Node>, call: Call): Promise<void> {
    const { client, clock, recorder } = this.#context
    for (const pod of podsOnNode(this.pods, node.metadata.name)) {
      const ready = findCondition(pod.status?.conditions, 'Ready')
      if (ready?.status !== 'True') continue
      const body = {
        metadata: { uid: pod.metadata.uid },
        status: {
          conditions: [
            {
              type: 'Ready',
              status: 'False',
              lastTransitionTime: formatTime(clock.nowMs()),
            },
          ],
        },
      }
      const { name, namespace } = pod.metadata
      const patch = { type: 'strategic', body, subresource: 'status' } as const
      try {
        await client.for(pods).patch({ name, namespace }, patch, call)
      } catch (error) {
        if (hasReason(error, 'NotFound', 'Conflict', 'Invalid')) continue
        throw error
      }
      recorder.event(pod, {
        type: 'Warning',
        reason: 'NodeNotReady',
        message: 'Node is not ready',
      })
    }
  }

  async #taint(node: Cached<Node>, call: Call): Promise<void> {
    const { client, clock } = this.#context
    const evicts = this.#mayEvict(node)
    const taints = plannedTaints(node, { evicts, nowMs: clock.nowMs() })
    if (!taints) return
    const next = draft<Node>(node)
    if (taints.length > 0) next.spec.taints = taints
    else delete next.spec.taints
    await client.for(nodes).update(next, call)
    if (evicts && !hasEvictionTaint(node)) {
      this.#zoneEvictedMs.set(zoneOf(node), clock.monotonicMs())
    }
  }

  /**
   * Whether pods may be driven from the node: not while every node is silent (then it is we who are
   * cut off), and in each zone one node after the other.
   */
  #mayEvict(node: Cached<Node>): boolean {
    if (isNodeReady(node)) return false
    const others = [...this.nodes.list()].filter(
      ({ metadata }) => metadata.uid !== node.metadata.uid,
    )
    if (!others.some(isNodeReady)) return false
    if (hasEvictionTaint(node)) return true
    const lastMs = this.#zoneEvictedMs.get(zoneOf(node)) ?? -Infinity
    return this.#context.clock.monotonicMs() - lastMs >= this.#options.evictionIntervalMs
  }
}

function zoneOf(node: Cached<Node>): string {
  return node.metadata.labels?.[ZONE_LABEL] ?? ''
}
