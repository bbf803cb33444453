import { hasReason, StatusError } from '../../base/index.ts'
import {
  type Deployment,
  deployments,
  type DeploymentStatus,
  findCondition,
  isControlledBy,
  isPodTerminal,
  type Pod,
  type ReplicaSet,
  replicaSets,
  semanticEqual,
  type Stored,
} from '../../api/index.ts'
import type { ReconcileResult } from '../../client/index.ts'
import { isRolling, replicasAnnotations, sizeOf, total, wanted } from './deployment-arithmetic.ts'
import {
  makeNewSet,
  newSetAnnotations,
  REVISION,
  sameTemplate,
  setsToCleanUp,
  splitSets,
} from './deployment-revisions.ts'
import { newSetSize, planRollingUpdate, type Scaling } from './deployment-rolling.ts'
import { isScalingEvent, planScale } from './deployment-scale.ts'
import {
  deadlineCheckMs,
  deploymentStatus,
  hasDeadline,
  isComplete,
  rolloutStatus,
  setCondition,
} from './deployment-status.ts'
import { isNamespaceTerminating } from './pod-control.ts'
import { type Cached, type ControllerContext, done, draft, requeueAfter } from './runtime.ts'

type PodsOf = (set: Cached<ReplicaSet>) => Iterable<Cached<Pod>>

/** One look at one deployment. Its status is written once, at the end, and only if it differs. */
export class DeploymentRollout {
  readonly #context: ControllerContext
  readonly #call: { signal: AbortSignal }
  readonly #before: Cached<Deployment>
  /** What the status is computed from: gathers the revision and the conditions on the way. */
  readonly #deployment: Stored<Deployment>
  #newSet: Cached<ReplicaSet> | undefined
  #oldSets: Cached<ReplicaSet>[] = []
  readonly #sets: readonly Cached<ReplicaSet>[]

  constructor(
    context: ControllerContext,
    of: {
      deployment: Cached<Deployment>
      sets: readonly Cached<ReplicaSet>[]
      signal: AbortSignal
    },
  ) {
    this.#context = context
    this.#before = of.deployment
    this.#deployment = draft<Deployment>(of.deployment)
    this.#deployment.status ??= {}
    this.#sets = of.sets
    this.#call = { signal: of.signal }
  }

  async run(podsOf: PodsOf): Promise<ReconcileResult> {
    const deployment = this.#deployment
    if (deployment.metadata.deletionTimestamp !== undefined) {
      this.#split()
      return this.#finish(this.#plainStatus())
    }
    this.#notePause()
    await this.#syncRevision({ create: false })
    if (deployment.spec.paused || isScalingEvent(deployment, this.#sets)) {
      await this.#scale(planScale(deployment, this.#newSet, this.#oldSets))
      if (deployment.spec.paused) await this.#cleanUp()
      return this.#finish(this.#plainStatus())
    }
    if (isRolling(deployment)) await this.#roll()
    else await this.#recreate(podsOf)
    return this.#finish(this.#rolloutStatus())
  }

  get #allSets(): Cached<ReplicaSet>[] {
    return this.#newSet ? [...this.#oldSets, this.#newSet] : this.#oldSets
  }

  #plainStatus(): DeploymentStatus {
    const nowMs = this.#context.clock.nowMs()
    return deploymentStatus(this.#deployment, this.#newSet, this.#allSets, nowMs)
  }

  #rolloutStatus(): DeploymentStatus {
    const nowMs = this.#context.clock.nowMs()
    return rolloutStatus(this.#deployment, this.#newSet, this.#allSets, nowMs)
  }

  async #roll(): Promise<void> {
    const newSet = await this.#syncRevision({ create: true })
    const plan = newSet ? planRollingUpdate(this.#deployment, newSet, this.#oldSets) : []
    await this.#scale(plan)
    if (plan.length === 0) await this.#cleanUpWhenComplete()
  }

  async #recreate(podsOf: PodsOf): Promise<void> {
    const active = this.#oldSets.filter((set) => sizeOf(set) > 0)
    await this.#scale(active.map((set) => ({ set, replicas: 0 })))
    if (active.length > 0 || this.#oldPodsRun(podsOf)) return
    const newSet = await this.#syncRevision({ create: true })
    if (newSet) await this.#scale([{ set: newSet, replicas: wanted(this.#deployment) }])
    await this.#cleanUpWhenComplete()
  }

  #oldPodsRun(podsOf: PodsOf): boolean {
    if (total(this.#oldSets, (set) => set.status?.replicas ?? 0) > 0) return true
    return this.#oldSets.some((set) => [...podsOf(set)].some((pod) => !isPodTerminal(pod)))
  }

  /** Pausing and resuming stop the clock of the progress deadline. */
  #notePause(): void {
    const { spec, status } = this.#deployment
    const known = findCondition(status.conditions, 'Progressing')
    if (!hasDeadline(this.#deployment) || known?.reason === 'ProgressDeadlineExceeded') return
    const wasPaused = known?.reason === 'DeploymentPaused'
    if (spec.paused && !wasPaused) {
      this.#setProgressing('Unknown', 'DeploymentPaused', 'Deployment is paused')
    } else if (!spec.paused && wasPaused) {
      this.#setProgressing('Unknown', 'DeploymentResumed', 'Deployment is resumed')
    }
  }

  #split(): void {
    const { newSet, oldSets } = splitSets(this.#deployment, this.#sets)
    this.#newSet = newSet
    this.#oldSets = oldSets
  }

  /** Finds the set of the present template, or creates it, and gives it its revision. */
  async #syncRevision({ create }: { create: boolean }): Promise<Cached<ReplicaSet> | undefined> {
    const deployment = this.#deployment
    const split = splitSets(deployment, this.#sets)
    const revision = split.maxOldRevision + 1n
    if (!this.#newSet) this.#oldSets = split.oldSets
    if (this.#newSet) {
      // Found, or created, earlier in this look.
    } else if (split.newSet) {
      this.#newSet = await this.#updateNewSet(split.newSet, revision)
      if (hasDeadline(deployment) && !findCondition(deployment.status.conditions, 'Progressing')) {
        const message = `Found new replica set "${split.newSet.metadata.name}"`
        this.#setProgressing('True', 'FoundNewReplicaSet', message)
      }
    } else if (create) {
      this.#newSet = await this.#createNewSet(revision)
    }
    const own = this.#newSet?.metadata.annotations?.[REVISION]
    if (own !== undefined) {
      deployment.metadata.annotations = { ...deployment.metadata.annotations, [REVISION]: own }
    }
    return this.#newSet
  }

  async #updateNewSet(set: Cached<ReplicaSet>, revision: bigint): Promise<Cached<ReplicaSet>> {
    const annotations = newSetAnnotations(this.#deployment, set, revision)
    const { minReadySeconds } = this.#deployment.spec
    const known = set.metadata.annotations ?? {}
    const same = Object.entries(annotations).every(([name, value]) => known[name] === value)
    if (same && (set.spec.minReadySeconds ?? 0) === (minReadySeconds ?? 0)) return set
    const next = draft<ReplicaSet>(set)
    next.metadata.annotations = { ...known, ...annotations }
    if (minReadySeconds === undefined) delete next.spec.minReadySeconds
    else next.spec.minReadySeconds = minReadySeconds
    const updated = await this.#context.client.for(replicaSets).update(next, this.#call)
    return updated as Cached<ReplicaSet>
  }

  async #createNewSet(revision: bigint): Promise<Cached<ReplicaSet>> {
    const deployment = this.#deployment
    const sizes = { all: total(this.#oldSets, sizeOf), newSet: 0 }
    const replicas = newSetSize(deployment, sizes)
    const set = makeNewSet(deployment, { revision, replicas })
    const name = set.metadata.name ?? ''
    try {
      const created = await this.#context.client.for(replicaSets).create(set, this.#call)
      if (replicas > 0) this.#tellScaled({ name, from: 0, to: replicas })
      if (hasDeadline(deployment)) {
        const message = `Created new replica set "${name}"`
        this.#setProgressing('True', 'NewReplicaSetCreated', message)
      }
      return created as Cached<ReplicaSet>
    } catch (error) {
      if (hasReason(error, 'AlreadyExists')) return this.#existingSet(name)
      if (error instanceof StatusError && !isNamespaceTerminating(error)) {
        await this.#reportCreateError(name, error)
      }
      throw error
    }
  }

  /** Our own set that the cache does not show yet; any other makes the next hash differ. */
  async #existingSet(name: string): Promise<Cached<ReplicaSet>> {
    const { client } = this.#context
    const deployment = this.#deployment
    const at = { name, namespace: deployment.metadata.namespace }
    const set = (await client.for(replicaSets).get(at, this.#call)) as Cached<ReplicaSet>
    const template = set.spec.template
    const same = template && sameTemplate(template, deployment.spec.template)
    if (same && isControlledBy(set, deployment)) return set
    deployment.status.collisionCount = (deployment.status.collisionCount ?? 0) + 1
    await client.for(deployments).updateStatus(deployment, this.#call)
    throw new StatusError(409, 'Conflict', `hash collision: replica set "${name}" is another's`)
  }

  async #reportCreateError(name: string, error: StatusError): Promise<void> {
    const { recorder } = this.#context
    const message = `Failed to create new replica set "${name}": ${error.message}`
    recorder.event(this.#before, { type: 'Warning', reason: 'ReplicaSetCreateError', message })
    if (!hasDeadline(this.#deployment)) return
    this.#setProgressing('False', 'ReplicaSetCreateError', message)
    await this.#finish(this.#plainStatus())
  }

  async #scale(plan: readonly Scaling[]): Promise<void> {
    for (const { set, replicas } of plan) {
      const annotations = replicasAnnotations(this.#deployment)
      const known = set.metadata.annotations ?? {}
      const same = Object.entries(annotations).every(([name, value]) => known[name] === value)
      const from = sizeOf(set)
      if (same && from === replicas) continue
      const next = draft<ReplicaSet>(set)
      next.spec.replicas = replicas
      next.metadata.annotations = { ...known, ...annotations }
      const { client } = this.#context
      this.#replace(set, (await client.for(replicaSets).update(next, this.#call)) as typeof set)
      if (from !== replicas) this.#tellScaled({ name: set.metadata.name, from, to: replicas })
    }
  }

  #replace(set: Cached<ReplicaSet>, updated: Cached<ReplicaSet>): void {
    if (this.#newSet === set) this.#newSet = updated
    this.#oldSets = this.#oldSets.map((old) => (old === set ? updated : old))
  }

  #tellScaled({ name, from, to }: { name: string; from: number; to: number }): void {
    const direction = to > from ? 'up' : 'down'
    this.#context.recorder.event(this.#before, {
      type: 'Normal',
      reason: 'ScalingReplicaSet',
      message: `Scaled ${direction} replica set ${name} from ${from} to ${to}`,
    })
  }

  async #cleanUpWhenComplete(): Promise<void> {
    if (isComplete(this.#deployment, this.#rolloutStatus())) await this.#cleanUp()
  }

  async #cleanUp(): Promise<void> {
    const client = this.#context.client.for(replicaSets)
    for (const set of setsToCleanUp(this.#deployment, this.#oldSets)) {
      const { name, namespace, uid } = set.metadata
      try {
        await client.delete({ name, namespace }, { preconditions: { uid } }, this.#call)
      } catch (error) {
        if (!hasReason(error, 'NotFound', 'Conflict')) throw error
      }
    }
  }

  #setProgressing(status: string, reason: string, message: string): void {
    const nowMs = this.#context.clock.nowMs()
    setCondition(this.#deployment.status, nowMs, { type: 'Progressing', status, reason, message })
  }

  async #finish(status: DeploymentStatus): Promise<ReconcileResult> {
    const { client, clock } = this.#context
    const { annotations } = this.#deployment.metadata
    const same =
      semanticEqual(status, this.#before.status) &&
      annotations?.[REVISION] === this.#before.metadata.annotations?.[REVISION]
    if (!same) {
      const next = { ...this.#deployment, status }
      await client.for(deployments).updateStatus(next, this.#call)
    }
    const checkMs = deadlineCheckMs(this.#deployment, status, clock.nowMs())
    return checkMs === undefined ? done : requeueAfter(checkMs)
  }
}
