import { hasReason, StatusError } from '../../base/index.ts'
import {
  controllerOf,
  controllerRevisions,
  keyOf,
  matchesLabelSelector,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  type Pod,
  type PodTemplateSpec,
  pods,
  semanticEqual,
  type StatefulSet,
  statefulSets,
  type StatefulSetStatus,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  applyHistory,
  claimRevisions,
  deleteRevisions,
  planHistory,
  type ReadRevision,
  surplusRevisions,
  templateOf,
} from './controller-revisions.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaims } from './ownership.ts'
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
import {
  claimNames,
  claimOwners,
  hasForeignController,
  isClaimStale,
  makeClaims,
  makePod,
  ordinalOf,
  POD_INDEX_LABEL,
  POD_NAME_LABEL,
  podRevision,
} from './stateful-set-pods.ts'
import {
  planStatefulSet,
  sortPods,
  type StatefulAction,
  statefulSetStatus,
} from './stateful-set-plan.ts'

type Call = { signal: AbortSignal }
const HASH_LABEL = 'controller.kubernetes.io/hash'

/** Keeps pods with names and volumes of their own. */
export function statefulSetController(context: ControllerContext): Controller {
  const reconciler = new StatefulSetReconciler(context)
  return {
    name: 'statefulset-controller',
    sources: [
      objectsOf(reconciler.sets),
      changesOf(reconciler.pods, (change) => reconciler.setsOfPod(change)),
      syncOf(reconciler.revisions),
      syncOf(reconciler.claims),
    ],
    reconcile: (key, call) => reconciler.reconcile(key, call),
  }
}

interface Templates {
  readonly current: ReadRevision
  readonly update: ReadRevision
}

class StatefulSetReconciler {
  readonly sets
  readonly pods
  readonly revisions
  readonly claims
  readonly #context: ControllerContext

  constructor(context: ControllerContext) {
    this.#context = context
    this.sets = context.informers.for(statefulSets)
    this.pods = context.informers.for(pods)
    this.revisions = context.informers.for(controllerRevisions)
    this.claims = context.informers.for(persistentVolumeClaims)
    indexByController(this.pods)
    indexByController(this.revisions)
  }

  setsOfPod({ old, now }: Change<Pod>): ObjectKey[] {
    const keys = new Set<ObjectKey>()
    for (const pod of [old, now]) {
      const owner = pod && controllerOf(pod)
      if (owner?.kind === 'StatefulSet') keys.add(`${pod?.metadata.namespace}/${owner.name}`)
    }
    if (now && !controllerOf(now)) {
      for (const set of this.sets.inNamespace(now.metadata.namespace)) {
        if (matchesLabelSelector(set.spec.selector, now.metadata.labels)) keys.add(keyOf(set))
      }
    }
    return [...keys]
  }

  async reconcile(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const set = this.sets.get(key)
    if (!set) return done
    const { client } = this.#context
    const of = { owner: set, resource: statefulSets, informer: this.revisions }
    const history = await claimRevisions(client, of, call)
    const owned = await this.#claimPods(set, call)
    const templates = await this.#templates(set, history, call)
    if (!templates) return done
    const nowMs = this.#context.clock.nowMs()
    const revisions = {
      current: templates.current.metadata.name,
      update: templates.update.metadata.name,
    }
    const actions = planStatefulSet(set, { pods: owned, revisions, nowMs })
    await this.#keepClaims(set, owned, call)
    const failed = await this.#apply(set, actions, templates, call)
    await this.#writeStatus(set, statefulSetStatus(set, { pods: owned, revisions, nowMs }), call)
    if (failed !== undefined) throw failed
    await this.#trimHistory(set, { history, owned, revisions }, call)
    const nextMs = nextAvailableMs(owned, set.spec.minReadySeconds ?? 0, nowMs)
    return nextMs === undefined ? done : requeueAfter(nextMs)
  }

  #claimPods(owner: Cached<StatefulSet>, call: Call): Promise<Cached<Pod>[]> {
    const { namespace, uid } = owner.metadata
    const around = [...controlledBy(this.pods, uid), ...orphansIn(this.pods, namespace)]
    const plan = planClaims(
      owner,
      around,
      (pod) =>
        ordinalOf(owner, pod.metadata.name) !== undefined &&
        matchesLabelSelector(owner.spec.selector, pod.metadata.labels),
    )
    const { client } = this.#context
    return claim({ client, owner, ownerResource: statefulSets, resource: pods, plan }, call)
  }

  /** Undefined: the set had to count a collision of names first. */
  async #templates(
    set: Cached<StatefulSet>,
    history: readonly ReadRevision[],
    call: Call,
  ): Promise<Templates | undefined> {
    const plan = planHistory(set.spec.template, history)
    const { client } = this.#context
    const of = { owner: set, resource: statefulSets, plan, hashLabel: HASH_LABEL }
    const update = await applyHistory(client, of, call)
    if (!update) {
      const collisionCount = (set.status.collisionCount ?? 0) + 1
      await this.#writeStatus(set, { ...draft<StatefulSet>(set).status, collisionCount }, call)
      return undefined
    }
    const named = history.find(({ metadata }) => metadata.name === set.status.currentRevision)
    return { update, current: named ?? update }
  }

  async #apply(
    set: Cached<StatefulSet>,
    actions: readonly StatefulAction[],
    templates: Templates,
    call: Call,
  ): Promise<unknown> {
    const results = await Promise.allSettled(
      actions.map((action) => this.#act(set, action, templates, call)),
    )
    return results.find((result) => result.status === 'rejected')?.reason
  }

  async #act(
    set: Cached<StatefulSet>,
    action: StatefulAction,
    templates: Templates,
    call: Call,
  ): Promise<void> {
    switch (action.kind) {
      case 'create': {
        const revision = action.ofCurrent ? templates.current : templates.update
        const template = action.ofCurrent ? templateOf(revision) : set.spec.template
        return this.#create(set, { ...action, template, revision: revision.metadata.name }, call)
      }
      case 'claims':
        return this.#createClaims(set, action.ordinal, call)
      case 'delete':
        return this.#delete(set, action.pod, action.why === 'over', call)
      case 'identify': {
        const { name, namespace } = action.pod.metadata
        const labels = { [POD_NAME_LABEL]: name, [POD_INDEX_LABEL]: String(action.ordinal) }
        const patch = { type: 'strategic', body: { metadata: { labels } } } as const
        await this.#context.client.for(pods).patch({ name, namespace }, patch, call)
      }
    }
  }

  async #create(
    set: Cached<StatefulSet>,
    of: { ordinal: number; template: PodTemplateSpec | typeof set.spec.template; revision: string },
    call: Call,
  ): Promise<void> {
    this.#assertFresh(set, of.ordinal)
    await this.#createClaims(set, of.ordinal, call)
    const pod = makePod(set, of)
    const { name = '' } = pod.metadata
    const what = `create Pod ${name} in StatefulSet ${set.metadata.name}`
    try {
      await this.#context.client.for(pods).create(pod, call)
      this.#tell(set, 'SuccessfulCreate', `${what} successful`)
    } catch (error) {
      // Our cache is behind: the pod is there, and will be seen.
      if (hasReason(error, 'AlreadyExists')) return
      if (error instanceof StatusError) {
        this.#tell(set, 'FailedCreate', `${what} failed error: ${error.message}`)
      }
      throw error
    }
  }

  /** Throws while a claim of the pod is about to go with its predecessor. */
  #assertFresh(set: Cached<StatefulSet>, ordinal: number): void {
    for (const name of claimNames(set, ordinal).values()) {
      const there = this.claims.get(`${set.metadata.namespace}/${name}`)
      if (!there || !isClaimStale(set, there, `${set.metadata.name}-${ordinal}`)) continue
      throw new StatusError(409, 'Conflict', `pvc ${name} goes with a former pod of the set`)
    }
  }

  async #createClaims(set: Cached<StatefulSet>, ordinal: number, call: Call): Promise<void> {
    for (const wanted of makeClaims(set, ordinal)) {
      const { name = '', namespace = '' } = wanted.metadata
      const there = this.claims.get(`${namespace}/${name}`)
      if (there) {
        if (there.metadata.deletionTimestamp === undefined) continue
        throw new StatusError(409, 'Conflict', `pvc ${name} is being deleted`)
      }
      const pod = `${set.metadata.name}-${ordinal}`
      const what = `create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name}`
      try {
        await this.#context.client.for(persistentVolumeClaims).create(wanted, call)
        this.#tell(set, 'SuccessfulCreate', `${what} success`)
      } catch (error) {
        if (hasReason(error, 'AlreadyExists')) continue
        if (error instanceof StatusError) {
          this.#tell(set, 'FailedCreate', `${what} failed error: ${error.message}`)
        }
        throw error
      }
    }
  }

  async #delete(
    set: Cached<StatefulSet>,
    pod: Cached<Pod>,
    isOver: boolean,
    call: Call,
  ): Promise<void> {
    const { name, namespace, uid } = pod.metadata
    const { metadata } = set
    if (isOver) {
      const kind = pod.status?.phase === 'Failed' ? 'Failed' : 'Terminated'
      const message = `StatefulSet ${metadata.namespace}/${metadata.name} is recreating ${kind.toLowerCase()} Pod ${name}`
      this.#tell(set, `Recreating${kind}Pod`, message, kind === 'Failed')
    }
    const what = `delete Pod ${name} in StatefulSet ${metadata.name}`
    try {
      const body = { preconditions: { uid } }
      await this.#context.client.for(pods).delete({ name, namespace }, body, call)
      this.#tell(set, 'SuccessfulDelete', `${what} successful`)
    } catch (error) {
      if (hasReason(error, 'NotFound', 'Conflict')) return
      if (error instanceof StatusError) {
        this.#tell(set, 'FailedDelete', `${what} failed error: ${error.message}`)
      }
      throw error
    }
  }

  /** Ties claims to what they are to go with. */
  async #keepClaims(set: Cached<StatefulSet>, owned: readonly Cached<Pod>[], call: Call) {
    const { condemned } = sortPods(set, owned)
    for (const pod of owned) {
      const ordinal = ordinalOf(set, pod.metadata.name)
      if (ordinal === undefined || set.metadata.deletionTimestamp !== undefined) continue
      for (const name of claimNames(set, ordinal).values()) {
        const { namespace } = set.metadata
        const found = this.claims.get(`${namespace}/${name}`)
        if (!found) continue
        const ownerReferences = claimOwners(set, found, { pod, condemned: condemned.includes(pod) })
        if (!ownerReferences) continue
        if (hasForeignController(set, found, pod)) this.#tellForeign(set, name)
        // Upstream's role lets it update claims, and not patch them.
        const wanted = draft<PersistentVolumeClaim>(found)
        wanted.metadata.ownerReferences = ownerReferences
        await this.#context.client.for(persistentVolumeClaims).update(wanted, call)
      }
    }
  }

  #tellForeign(set: Cached<StatefulSet>, claim: string): void {
    const message =
      `PersistentVolumeClaim ${claim} has a conflicting OwnerReference that acts as a manging ` +
      'controller, the retention policy is ignored for this claim'
    this.#tell(set, 'ConflictingController', message, true)
  }

  async #trimHistory(
    set: Cached<StatefulSet>,
    of: {
      history: readonly ReadRevision[]
      owned: readonly Cached<Pod>[]
      revisions: { current: string; update: string }
    },
    call: Call,
  ): Promise<void> {
    const live = new Set([of.revisions.current, of.revisions.update, ...of.owned.map(podRevision)])
    const limit = set.spec.revisionHistoryLimit ?? 10
    const isLive = ({ metadata }: ReadRevision) => live.has(metadata.name)
    const surplus = surplusRevisions(of.history, isLive, limit)
    await deleteRevisions(this.#context.client, surplus, call)
  }

  async #writeStatus(
    set: Cached<StatefulSet>,
    status: StatefulSetStatus,
    call: Call,
  ): Promise<void> {
    if (semanticEqual(status, set.status)) return
    const { client } = this.#context
    await client.for(statefulSets).updateStatus({ ...draft<StatefulSet>(set), status }, call)
  }

  #tell(set: Cached<StatefulSet>, reason: string, message: string, isWarning?: boolean): void {
    const warns = isWarning ?? reason.startsWith('Failed')
    this.#context.recorder.event(set, { type: warns ? 'Warning' : 'Normal', reason, message })
  }
}
