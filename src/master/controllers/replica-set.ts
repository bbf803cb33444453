import {
  controllerOf,
  isPodActive,
  keyOf,
  type KubeObject,
  matchesLabelSelector,
  type Pod,
  pods,
  type ReplicaSet,
  type ReplicaSetStatus,
  replicaSets,
  type Resource,
  semanticEqual,
} from '../../api/index.ts'
import type { Informer, ObjectKey, ReconcileResult } from '../../client/index.ts'
import { Expectations } from './expectations.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaims } from './ownership.ts'
import { isNamespaceTerminating, PodControl, podFromTemplate, slowStart } from './pod-control.ts'
import {
  nextAvailableMs,
  podsToDelete,
  type ReplicaFailure,
  replicaSetStatus,
} from './replica-set-plan.ts'
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
} from './runtime.ts'

/** Pods created or deleted in one reconciliation (upstream's `BurstReplicas`). */
const BURST_REPLICAS = 500

type Call = { signal: AbortSignal }

/** Keeps as many pods of a set alive as it asks for. */
export function replicaSetController(context: ControllerContext): Controller {
  return replicasController(context, {
    name: 'replicaset-controller',
    resource: replicaSets,
    asSet: (set) => set,
  })
}

/** A kind that keeps pods as replica sets do. */
export interface ReplicasKind<T extends ReplicasObject> {
  /** As in kube-controller-manager. */
  readonly name: string
  readonly resource: Resource<T>
  /** The object as the replica set that it amounts to. */
  readonly asSet: (object: Cached<T>) => Cached<ReplicaSet>
}

export interface ReplicasObject extends KubeObject {
  status: ReplicaSetStatus
}

export function replicasController<T extends ReplicasObject>(
  context: ControllerContext,
  kind: ReplicasKind<T>,
): Controller {
  const reconciler = new ReplicasReconciler<T>(context, kind)
  return {
    name: kind.name,
    sources: [
      objectsOf(reconciler.sets),
      changesOf(reconciler.pods, (change) => reconciler.setsOfPod(change)),
    ],
    reconcile: (key, options) => reconciler.reconcile(key, options),
  }
}

class ReplicasReconciler<T extends ReplicasObject> {
  readonly sets: Informer<T>
  readonly pods
  readonly #kind: ReplicasKind<T>
  readonly #context: ControllerContext
  readonly #podControl: PodControl
  readonly #expectations: Expectations

  constructor(context: ControllerContext, kind: ReplicasKind<T>) {
    this.#context = context
    this.#kind = kind
    this.sets = context.informers.for(kind.resource)
    this.pods = context.informers.for(pods)
    this.#podControl = new PodControl(context)
    this.#expectations = new Expectations(context)
    indexByController(this.pods)
    indexByController(this.sets)
  }

  /** Also notes what the change says of our own creations and deletions. */
  setsOfPod({ old, now }: Change<Pod>): ObjectKey[] {
    const keys = new Set<ObjectKey>()
    const goes = now === undefined || now.metadata.deletionTimestamp !== undefined
    for (const pod of [old, now]) {
      if (!pod) continue
      const key = this.#ownerKey(pod)
      if (key === undefined) continue
      keys.add(key)
      if (goes) this.#expectations.deletionObserved(key, pod.metadata.uid)
      else if (!old) this.#expectations.creationObserved(key)
    }
    const orphan = now && !goes && !controllerOf(now)
    if (orphan) for (const key of this.#matchingSets(now)) keys.add(key)
    return [...keys]
  }

  #ownerKey(pod: Cached<Pod>): ObjectKey | undefined {
    const owner = controllerOf(pod)
    if (!owner || owner.kind !== this.#kind.resource.kind) return undefined
    return `${pod.metadata.namespace}/${owner.name}`
  }

  *#matchingSets(pod: Cached<Pod>): Iterable<ObjectKey> {
    for (const set of this.sets.inNamespace(pod.metadata.namespace)) {
      const { selector } = this.#kind.asSet(set).spec
      if (matchesLabelSelector(selector, pod.metadata.labels)) yield keyOf(set)
    }
  }

  async reconcile(key: ObjectKey, options: Call): Promise<ReconcileResult> {
    const object = this.sets.get(key)
    if (!object) {
      this.#expectations.forget(key)
      return done
    }
    const set = this.#kind.asSet(object)
    // Before the pods are read: an event in between would be counted twice.
    const mayManage = this.#expectations.satisfied(key)
    const owned = await this.#claimPods(object, options)
    const active = owned.filter(isPodActive)
    const goes = set.metadata.deletionTimestamp !== undefined
    const outcome = mayManage && !goes ? await this.#manage(key, object, active, options) : {}
    await this.#writeStatus(object, active, outcome.failure, options)
    if ('error' in outcome) throw outcome.error
    const nowMs = this.#context.clock.nowMs()
    const nextMs = nextAvailableMs(active, set.spec.minReadySeconds ?? 0, nowMs)
    return nextMs === undefined ? done : requeueAfter(nextMs)
  }

  #claimPods(owner: Cached<T>, options: Call): Promise<Cached<Pod>[]> {
    const { namespace, uid } = owner.metadata
    const { selector } = this.#kind.asSet(owner).spec
    const around = [...controlledBy(this.pods, uid)]
    for (const pod of orphansIn(this.pods, namespace)) if (isPodActive(pod)) around.push(pod)
    const plan = planClaims(owner, around, (pod) =>
      matchesLabelSelector(selector, pod.metadata.labels),
    )
    const { client } = this.#context
    const { resource: ownerResource } = this.#kind
    return claim({ client, owner, ownerResource, resource: pods, plan }, options)
  }

  async #manage(
    key: ObjectKey,
    set: Cached<T>,
    active: readonly Cached<Pod>[],
    options: Call,
  ): Promise<{ failure?: ReplicaFailure; error?: unknown }> {
    const missing = (this.#kind.asSet(set).spec.replicas ?? 1) - active.length
    if (missing === 0) return {}
    const error =
      missing > 0
        ? await this.#create(key, set, Math.min(missing, BURST_REPLICAS), options)
        : await this.#delete(key, set, active, Math.min(-missing, BURST_REPLICAS), options)
    if (error === undefined) return {}
    const reason = missing > 0 ? 'FailedCreate' : 'FailedDelete'
    const message = error instanceof Error ? error.message : 'unknown error'
    return { failure: { reason, message }, error }
  }

  async #create(key: ObjectKey, set: Cached<T>, count: number, options: Call): Promise<unknown> {
    const { template } = this.#kind.asSet(set).spec
    const { resource } = this.#kind
    if (!template) return undefined
    this.#expectations.expectCreations(key, count)
    const { tried, error } = await slowStart(count, async () => {
      try {
        await this.#podControl.create(podFromTemplate(template, set, resource), set, options)
      } catch (failure) {
        this.#expectations.creationObserved(key)
        // No use in trying again: everything in the namespace is going.
        if (!isNamespaceTerminating(failure)) throw failure
      }
    })
    for (let i = tried; i < count; i++) this.#expectations.creationObserved(key)
    return error
  }

  async #delete(
    key: ObjectKey,
    set: Cached<T>,
    active: readonly Cached<Pod>[],
    count: number,
    options: Call,
  ): Promise<unknown> {
    const nowMs = this.#context.clock.nowMs()
    const chosen = podsToDelete(active, this.#relatedPods(set), { count, nowMs })
    this.#expectations.expectDeletions(
      key,
      chosen.map((pod) => pod.metadata.uid),
    )
    const results = await Promise.allSettled(
      chosen.map(async (pod) => {
        try {
          const deleted = await this.#podControl.delete(pod, set, options)
          if (!deleted) this.#expectations.deletionObserved(key, pod.metadata.uid)
        } catch (error) {
          this.#expectations.deletionObserved(key, pod.metadata.uid)
          throw error
        }
      }),
    )
    return results.find((result) => result.status === 'rejected')?.reason
  }

  /** Pods of all sets that have the same controller, this one included. */
  *#relatedPods(set: Cached<T>): Iterable<Cached<Pod>> {
    const owner = controllerOf(set)
    const siblings = owner ? controlledBy(this.sets, owner.uid) : [set]
    for (const sibling of siblings) yield* controlledBy(this.pods, sibling.metadata.uid)
  }

  async #writeStatus(
    object: Cached<T>,
    active: readonly Cached<Pod>[],
    failure: ReplicaFailure | undefined,
    options: Call,
  ): Promise<void> {
    const { client, clock } = this.#context
    const set = this.#kind.asSet(object)
    const status = replicaSetStatus(set, active, { failure, nowMs: clock.nowMs() })
    if (semanticEqual(status, set.status)) return
    await client.for(this.#kind.resource).updateStatus({ ...draft<T>(object), status }, options)
  }
}
