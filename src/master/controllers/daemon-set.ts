import {
  controllerOf,
  controllerRevisions,
  type DaemonSet,
  daemonSets,
  type DaemonSetStatus,
  keyOf,
  matchesLabelSelector,
  type Node,
  nodes,
  type Pod,
  pods,
  semanticEqual,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  applyHistory,
  claimRevisions,
  deleteRevisions,
  planHistory,
  type ReadRevision,
  REVISION_HASH,
  surplusRevisions,
} from './controller-revisions.ts'
import {
  type DaemonPlan,
  daemonSetStatus,
  type DaemonWorld,
  heldBack,
  isOver,
  planPlacement,
  planUpdate,
} from './daemon-set-plan.ts'
import { makeDaemonPod, placesOf, targetNode } from './daemon-set-pods.ts'
import { FailedPodBackoff } from './daemon-set-backoff.ts'
import { Expectations } from './expectations.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaims } from './ownership.ts'
import { isNamespaceTerminating, PodControl, slowStart } from './pod-control.ts'
import { nextAvailableMs } from './replica-set-plan.ts'
import {
  type Cached,
  type Change,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
  requeueAfter,
  syncOf,
} from './runtime.ts'

/** Pods created or deleted in one reconciliation (upstream's `BurstReplicas`). */
const BURST = 250

type Call = { signal: AbortSignal }

/** Keeps one pod on each node that fits. */
export function daemonSetController(context: ControllerContext): Controller {
  const reconciler = new DaemonSetReconciler(context)
  return {
    name: 'daemonset-controller',
    sources: [
      objectsOf(reconciler.sets),
      changesOf(reconciler.pods, (change) => reconciler.setsOfPod(change)),
      changesOf(reconciler.nodes, ({ old, now }) =>
        old && now && !mattersTo(old, now) ? [] : reconciler.allSets(),
      ),
      syncOf(reconciler.revisions),
    ],
    reconcile: (key, call) => reconciler.reconcile(key, call),
  }
}

type NodeView = Cached<Node>

/** Nodes tell of themselves every few seconds; only this decides who runs there. */
function mattersTo(old: NodeView, now: NodeView): boolean {
  return !(
    semanticEqual(old.metadata.labels, now.metadata.labels) &&
    semanticEqual(old.spec?.taints, now.spec?.taints)
  )
}

interface Managed {
  readonly failed: unknown
  /** Until a failed pod may be replaced. */
  readonly waitMs: number | undefined
}

const IDLE: Managed = { failed: undefined, waitMs: undefined }

class DaemonSetReconciler {
  readonly sets
  readonly pods
  readonly nodes
  readonly revisions
  readonly #context: ControllerContext
  readonly #podControl: PodControl
  readonly #expectations: Expectations
  readonly #backoff = new FailedPodBackoff()

  constructor(context: ControllerContext) {
    this.#context = context
    this.sets = context.informers.for(daemonSets)
    this.pods = context.informers.for(pods)
    this.nodes = context.informers.for(nodes)
    this.revisions = context.informers.for(controllerRevisions)
    this.#podControl = new PodControl(context)
    this.#expectations = new Expectations(context)
    indexByController(this.pods)
    indexByController(this.revisions)
  }

  allSets(): ObjectKey[] {
    return Array.from(this.sets.list(), keyOf)
  }

  setsOfPod({ old, now }: Change<Pod>): ObjectKey[] {
    const keys = new Set<ObjectKey>()
    const goes = now === undefined || now.metadata.deletionTimestamp !== undefined
    for (const pod of [old, now]) {
      const owner = pod && controllerOf(pod)
      if (!pod || owner?.kind !== 'DaemonSet') continue
      const key = `${pod.metadata.namespace}/${owner.name}`
      keys.add(key)
      if (goes) this.#expectations.deletionObserved(key, pod.metadata.uid)
      else if (!old) this.#expectations.creationObserved(key)
    }
    if (!now || controllerOf(now)) return [...keys]
    for (const set of this.sets.inNamespace(now.metadata.namespace)) {
      if (matchesLabelSelector(set.spec.selector, now.metadata.labels ?? {})) keys.add(keyOf(set))
    }
    return [...keys]
  }

  async reconcile(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const set = this.sets.get(key)
    if (!set) {
      this.#expectations.forget(key)
      return done
    }
    if (set.metadata.deletionTimestamp !== undefined) return done
    const mayManage = this.#expectations.satisfied(key)
    const { client, clock } = this.#context
    const of = { owner: set, resource: daemonSets, informer: this.revisions }
    const history = await claimRevisions(client, of, call)
    const current = await this.#currentRevision(set, history, call)
    if (!current) return done
    const owned = await this.#claimPods(set, call)
    const hash = current.metadata.labels?.[REVISION_HASH] ?? ''
    const all = [...this.nodes.list()]
    const places = placesOf(set, all)
    const world: DaemonWorld = { set, nodes: all, places, pods: owned, hash, nowMs: clock.nowMs() }
    const { failed, waitMs } = mayManage ? await this.#manage(key, world, call) : IDLE
    // While what was begun is awaited, the present generation has not been acted on.
    const seen = (mayManage ? set.metadata.generation : set.status.observedGeneration) ?? 0
    await this.#writeStatus(set, daemonSetStatus(world, seen), call)
    if (failed !== undefined) throw failed
    await this.#trimHistory(set, { history, owned, current }, call)
    const nextMs = nextAvailableMs(owned, set.spec.minReadySeconds ?? 0, world.nowMs)
    const waits = [nextMs, waitMs].filter((ms): ms is number => ms !== undefined)
    return waits.length === 0 ? done : requeueAfter(Math.min(...waits))
  }

  #claimPods(owner: Cached<DaemonSet>, call: Call): Promise<Cached<Pod>[]> {
    const { namespace, uid } = owner.metadata
    const around = [...controlledBy(this.pods, uid), ...orphansIn(this.pods, namespace)]
    const plan = planClaims(owner, around, (pod) =>
      matchesLabelSelector(owner.spec.selector, pod.metadata.labels ?? {}),
    )
    const { client } = this.#context
    return claim({ client, owner, ownerResource: daemonSets, resource: pods, plan }, call)
  }

  /** Undefined: the set had to count a collision of names first. */
  async #currentRevision(
    set: Cached<DaemonSet>,
    history: readonly ReadRevision[],
    call: Call,
  ): Promise<ReadRevision | undefined> {
    const plan = planHistory(set.spec.template, history)
    const of = { owner: set, resource: daemonSets, plan, hashLabel: REVISION_HASH }
    const current = await applyHistory(this.#context.client, of, call)
    if (current) return current
    const collisionCount = (set.status.collisionCount ?? 0) + 1
    await this.#writeStatus(set, { ...draft<DaemonSet>(set).status, collisionCount }, call)
    return undefined
  }

  /** First each node gets what it lacks; when nothing is missing there, the update goes on. */
  async #manage(key: ObjectKey, world: DaemonWorld, call: Call): Promise<Managed> {
    const { plan, waitMs } = heldBack(planPlacement(world), (pod) =>
      this.#backoff.take(`${key}/${targetNode(pod) ?? ''}`, world.nowMs),
    )
    this.#tellOfEnded(world, plan)
    // A failed pod that waits does not keep an update, perhaps its cure, from going on.
    const isIdle = plan.create.length + plan.delete.length === 0
    const failed = await this.#apply(key, world, isIdle ? planUpdate(world) : plan, call)
    return { failed, waitMs }
  }

  #tellOfEnded({ set }: DaemonWorld, plan: DaemonPlan): void {
    for (const pod of plan.delete.filter(isOver)) {
      const { namespace, name } = pod.metadata
      const failed = pod.status?.phase === 'Failed'
      const [reason, word, verb] = failed
        ? ['FailedDaemonPod', 'failed', 'kill']
        : ['SucceededDaemonPod', 'succeeded', 'delete']
      const where = `${namespace}/${name} on node ${targetNode(pod) ?? ''}`
      const message = `Found ${word} daemon pod ${where}, will try to ${verb} it`
      this.#context.recorder.event(set, { type: failed ? 'Warning' : 'Normal', reason, message })
    }
  }

  async #apply(
    key: ObjectKey,
    { set, hash }: DaemonWorld,
    plan: DaemonPlan,
    call: Call,
  ): Promise<unknown> {
    const gone = plan.delete.slice(0, BURST)
    const queue = plan.create.slice(0, BURST)
    if (gone.length + queue.length === 0) return undefined
    const count = queue.length
    const deletions = gone.map((pod) => pod.metadata.uid)
    this.#expectations.expect(key, { creations: count, deletions })
    const { tried, error } = await slowStart(count, async () => {
      const node = queue.shift()
      if (node === undefined) return
      try {
        await this.#podControl.create(makeDaemonPod(set, { node, hash }), set, call)
      } catch (failure) {
        this.#expectations.creationObserved(key)
        if (!isNamespaceTerminating(failure)) throw failure
      }
    })
    for (let i = tried; i < count; i++) this.#expectations.creationObserved(key)
    const results = await Promise.allSettled(
      gone.map(async (pod) => {
        const deleted = await this.#podControl.delete(pod, set, call).catch((failure: unknown) => {
          this.#expectations.deletionObserved(key, pod.metadata.uid)
          throw failure
        })
        if (!deleted) this.#expectations.deletionObserved(key, pod.metadata.uid)
      }),
    )
    return error ?? results.find((result) => result.status === 'rejected')?.reason
  }

  async #writeStatus(set: Cached<DaemonSet>, status: DaemonSetStatus, call: Call): Promise<void> {
    if (semanticEqual(status, set.status)) return
    const { client } = this.#context
    await client.for(daemonSets).updateStatus({ ...draft<DaemonSet>(set), status }, call)
  }

  async #trimHistory(
    set: Cached<DaemonSet>,
    of: { history: readonly ReadRevision[]; owned: readonly Cached<Pod>[]; current: ReadRevision },
    call: Call,
  ): Promise<void> {
    const live = new Set(of.owned.map((pod) => pod.metadata.labels?.[REVISION_HASH]))
    const isLive = ({ metadata }: ReadRevision) =>
      metadata.name === of.current.metadata.name || live.has(metadata.labels?.[REVISION_HASH])
    const surplus = surplusRevisions(of.history, isLive, set.spec.revisionHistoryLimit ?? 10)
    await deleteRevisions(this.#context.client, surplus, call)
  }
}
