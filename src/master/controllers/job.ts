import {
  controllerOf,
  findCondition,
  formatTime,
  isPodActive,
  isPodReady,
  type Job,
  type JobCondition,
  jobs,
  type JobStatus,
  keyOf,
  matchesLabelSelector,
  type Pod,
  pods,
  semanticEqual,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { Expectations } from './expectations.ts'
import { type Account, accountFor } from './job-accounting.ts'
import {
  type BackoffOptions,
  type BackoffRecord,
  JOB_BACKOFF,
  nextRecord,
  NO_FAILURES,
} from './job-backoff.ts'
import {
  deadlineLeftMs,
  isJobFinished,
  type Outcome,
  outcomeOf,
  withJobCondition,
} from './job-outcome.ts'
import { planJobPods, type PodPlan } from './job-plan.ts'
import {
  isSuspended,
  isTerminating,
  isTracked,
  makeJobPod,
  TRACKING_FINALIZER,
} from './job-pods.ts'
import { releasePods } from './job-release.ts'
import { claim, controlledBy, indexByController, orphansIn, planClaims } from './ownership.ts'
import { isNamespaceTerminating, PodControl, slowStart } from './pod-control.ts'
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

type Call = { signal: AbortSignal }

/** Who manages jobs that name nobody (KEP-4368). */
const THIS_CONTROLLER = 'kubernetes.io/job-controller'
/** Keys of pods that lost their job, beside the jobs'. */
const POD_KEY = 'pod:'

export interface JobOptions {
  /** How long a job waits after pods failed. Default: 10 s, doubled up to 10 min. */
  readonly backoff?: BackoffOptions
}

/** Runs pods until enough have succeeded. */
export function jobController(context: ControllerContext, options: JobOptions = {}): Controller {
  const reconciler = new JobReconciler(context, options)
  return {
    name: 'job-controller',
    sources: [
      objectsOf(reconciler.jobs),
      changesOf(reconciler.pods, (change) => reconciler.keysOfPod(change)),
    ],
    reconcile: (key, call) =>
      key.startsWith(POD_KEY)
        ? reconciler.releaseOrphan(key.slice(POD_KEY.length), call)
        : reconciler.reconcile(key, call),
  }
}

class JobReconciler {
  readonly jobs
  readonly pods
  readonly #context: ControllerContext
  readonly #podControl: PodControl
  readonly #expectations: Expectations
  readonly #backoff: BackoffOptions
  readonly #records = new Map<ObjectKey, BackoffRecord>()
  /** Versions of jobs that are known not to be the newest: our status came after them. */
  readonly #outdated = new Map<ObjectKey, string>()

  constructor(context: ControllerContext, options: JobOptions) {
    this.#context = context
    this.jobs = context.informers.for(jobs)
    this.pods = context.informers.for(pods)
    this.#podControl = new PodControl(context)
    this.#expectations = new Expectations(context)
    this.#backoff = options.backoff ?? JOB_BACKOFF
    indexByController(this.pods)
  }

  keysOfPod({ old, now }: Change<Pod>): ObjectKey[] {
    const keys = new Set<ObjectKey>()
    const goes = now === undefined || isTerminating(now)
    for (const pod of [old, now]) {
      const owner = pod && controllerOf(pod)
      if (!pod || owner?.kind !== 'Job') continue
      const key = `${pod.metadata.namespace}/${owner.name}`
      keys.add(key)
      if (goes) this.#expectations.deletionObserved(key, pod.metadata.uid)
      else if (!old) this.#expectations.creationObserved(key)
    }
    if (!now) return [...keys]
    if (isTracked(now) && this.#isOrphan(now)) keys.add(`${POD_KEY}${keyOf(now)}`)
    if (controllerOf(now)) return [...keys]
    for (const job of this.jobs.inNamespace(now.metadata.namespace)) {
      if (matchesLabelSelector(job.spec.selector, now.metadata.labels ?? {})) keys.add(keyOf(job))
    }
    return [...keys]
  }

  #isOrphan(pod: Cached<Pod>): boolean {
    const owner = controllerOf(pod)
    if (!owner) return true
    if (owner.kind !== 'Job') return false
    return this.jobs.get(`${pod.metadata.namespace}/${owner.name}`)?.metadata.uid !== owner.uid
  }

  /** A pod that no job counts any longer is not held back for it. */
  async releaseOrphan(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const pod = this.pods.get(key)
    if (!pod || !isTracked(pod) || !this.#isOrphan(pod)) return done
    await releasePods(this.#context.client, [pod], call)
    return done
  }

  async reconcile(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const job = this.jobs.get(key)
    if (!job) {
      this.#expectations.forget(key)
      this.#records.delete(key)
      this.#outdated.delete(key)
      await this.#releaseRest(key, call)
      return done
    }
    // Pods whose ends it counts have lost their finalizer since: to an older job they are missing.
    if (this.#outdated.get(key) === job.metadata.resourceVersion) return done
    if ((job.spec.managedBy ?? THIS_CONTROLLER) !== THIS_CONTROLLER) return done
    const mayManage = this.#expectations.satisfied(key)
    const owned = await this.#claimPods(job, call)
    if (isJobFinished(job)) {
      this.#records.delete(key)
      await releasePods(this.#context.client, owned.filter(isTracked), call)
      return done
    }
    return this.#sync(key, { job, owned, mayManage }, call)
  }

  /** After a job is gone its pods may still bear its finalizer. */
  async #releaseRest(key: ObjectKey, call: Call): Promise<void> {
    const [namespace = '', name] = key.split('/')
    const rest: Cached<Pod>[] = []
    for (const pod of this.pods.inNamespace(namespace)) {
      const owner = controllerOf(pod)
      if (owner?.kind === 'Job' && owner.name === name && isTracked(pod)) rest.push(pod)
    }
    await releasePods(this.#context.client, rest, call)
  }

  #claimPods(owner: Cached<Job>, call: Call): Promise<Cached<Pod>[]> {
    const { namespace, uid } = owner.metadata
    const around = [...controlledBy(this.pods, uid), ...orphansIn(this.pods, namespace)]
    const plan = planClaims(owner, around, (pod) =>
      matchesLabelSelector(owner.spec.selector, pod.metadata.labels ?? {}),
    )
    const { client } = this.#context
    const of = { client, owner, ownerResource: jobs, resource: pods, plan }
    return claim({ ...of, finalizer: TRACKING_FINALIZER }, call)
  }

  async #sync(
    key: ObjectKey,
    of: { job: Cached<Job>; owned: readonly Cached<Pod>[]; mayManage: boolean },
    call: Call,
  ): Promise<ReconcileResult> {
    const { job, owned } = of
    const nowMs = this.#context.clock.nowMs()
    const active = owned.filter(isPodActive)
    const goes = job.metadata.deletionTimestamp !== undefined
    const open = accountFor(job, owned, { goes })
    const record = this.#note(key, open, nowMs)
    const outcome = outcomeOf(job, { pods: owned, active, account: open, nowMs })
    const mayManage = of.mayManage && !goes
    const world = { pods: owned, active, account: open, record, backoff: this.#backoff, nowMs }
    const plan: PodPlan = outcome
      ? { create: [], delete: active }
      : mayManage
        ? planJobPods(job, world)
        : { create: [], delete: [] }
    // Pods that are not needed, unlike those of a job that is over, do not count as failures.
    if (!outcome) await releasePods(this.#context.client, plan.delete, call)
    const failed = await this.#apply(key, job, plan, call)
    const { mayManage: caughtUp } = of
    const account = outcome ? this.#lastAccount(job, owned, outcome, { failed, caughtUp }) : open
    const parts = { owned, active, account, outcome, plan, mayManage, caughtUp, nowMs }
    const status = this.#statusOf(job, parts)
    await this.#write(job, status, call)
    // Only now that the status names them may the pods go.
    await releasePods(this.#context.client, account.released, call)
    if (failed !== undefined) throw failed
    const times = [plan.waitMs, outcome ? undefined : deadlineLeftMs(job, nowMs)]
    const waits = times.filter((ms): ms is number => ms !== undefined)
    return waits.length === 0 ? done : requeueAfter(Math.max(1, Math.min(...waits)))
  }

  /** Of a job that is decided; pods that were told to go need not be awaited to be counted. */
  #lastAccount(
    job: Cached<Job>,
    owned: readonly Cached<Pod>[],
    { kind }: Outcome,
    of: { failed: unknown; caughtUp: boolean },
  ): Account {
    const goes = job.metadata.deletionTimestamp !== undefined
    const told = of.failed === undefined && of.caughtUp
    return accountFor(job, owned, { goes, decided: { kind, told } })
  }

  #note(key: ObjectKey, account: Account, nowMs: number): BackoffRecord {
    const ended = { succeeded: account.newSucceeded, failed: account.newFailed }
    const record = nextRecord(this.#records.get(key) ?? NO_FAILURES, ended, nowMs)
    this.#records.set(key, record)
    return record
  }

  async #apply(key: ObjectKey, job: Cached<Job>, plan: PodPlan, call: Call): Promise<unknown> {
    if (plan.delete.length > 0) {
      const uids = plan.delete.map((pod) => pod.metadata.uid)
      this.#expectations.expectDeletions(key, uids)
      const results = await Promise.allSettled(
        plan.delete.map(async (pod) => {
          const deleted = await this.#podControl.delete(pod, job, call).catch((error: unknown) => {
            this.#expectations.deletionObserved(key, pod.metadata.uid)
            throw error
          })
          if (!deleted) this.#expectations.deletionObserved(key, pod.metadata.uid)
        }),
      )
      return results.find((result) => result.status === 'rejected')?.reason
    }
    if (plan.create.length === 0) return undefined
    this.#expectations.expectCreations(key, plan.create.length)
    const queue = [...plan.create]
    const { tried, error } = await slowStart(plan.create.length, async () => {
      const next = queue.shift()
      if (!next) return
      try {
        await this.#podControl.create(makeJobPod(job, next), job, call)
      } catch (failure) {
        this.#expectations.creationObserved(key)
        if (!isNamespaceTerminating(failure)) throw failure
      }
    })
    for (let i = tried; i < plan.create.length; i++) this.#expectations.creationObserved(key)
    return error
  }

  #statusOf(
    job: Cached<Job>,
    of: {
      owned: readonly Cached<Pod>[]
      active: readonly Cached<Pod>[]
      account: Account
      outcome: Outcome | undefined
      plan: PodPlan
      mayManage: boolean
      caughtUp: boolean
      nowMs: number
    },
  ): JobStatus {
    const { account, outcome, nowMs } = of
    const time = formatTime(nowMs)
    const going = new Set(of.plan.delete)
    const active = of.active.filter((pod) => !going.has(pod))
    const terminating = of.owned.filter((pod) => isTerminating(pod) && !isEnded(pod)).length
    let conditions: readonly JobCondition[] = (job.status.conditions ?? []).map((c) => ({ ...c }))
    let startTime = job.status.startTime ?? (isSuspended(job) ? undefined : time)
    let completionTime = job.status.completionTime
    if (outcome) {
      // A pod that the cache does not show yet is not to outlive its job.
      const isQuiet = of.caughtUp && active.length + going.size + terminating === 0
      const isOver = isQuiet && isSettled(account)
      conditions = withOutcome(conditions, outcome, { isOver, time })
      // Not before the start, though the clock was set back: that would be refused.
      const began = startTime ?? time
      if (isOver && outcome.kind === 'complete') completionTime = time < began ? began : time
    } else if (of.mayManage) {
      const before = conditions
      conditions = withSuspension(job, conditions, time)
      if (conditions !== before && !isSuspended(job)) startTime = time
    }
    const counts = { active: active.length, ready: active.filter(isPodReady).length }
    return {
      ...(conditions.length > 0 && { conditions: [...conditions] }),
      ...(startTime !== undefined && { startTime }),
      ...(completionTime !== undefined && { completionTime }),
      ...(counts.active > 0 && { active: counts.active }),
      ready: counts.ready,
      terminating: terminating + going.size,
      ...account.status,
    }
  }

  async #write(job: Cached<Job>, status: JobStatus, call: Call): Promise<void> {
    if (semanticEqual(status, job.status)) return
    const { resourceVersion } = job.metadata
    const changed = { ...draft<Job>(job), status }
    const { metadata } = await this.#context.client.for(jobs).updateStatus(changed, call)
    if (metadata.resourceVersion !== resourceVersion) {
      this.#outdated.set(keyOf(job), resourceVersion)
    }
    const isNew = (type: string) =>
      findCondition(status.conditions, type)?.status !==
      findCondition(job.status.conditions, type)?.status
    const tell = (type: 'Normal' | 'Warning', reason: string, message: string) =>
      this.#context.recorder.event(job, { type, reason, message })
    const suspended = findCondition(status.conditions, 'Suspended')
    if (suspended && isNew('Suspended')) {
      if (suspended.status === 'True') tell('Normal', 'Suspended', 'Job suspended')
      else tell('Normal', 'Resumed', 'Job resumed')
    }
    if (isNew('Complete')) {
      const { completions } = job.spec
      if (completions !== undefined && (status.succeeded ?? 0) > completions) {
        const message = 'Too many succeeded pods running after completion count reached'
        tell('Warning', 'TooManySucceededPods', message)
      }
      tell('Normal', 'Completed', 'Job completed')
    }
    const failed = findCondition(status.conditions, 'Failed')
    if (failed && isNew('Failed')) tell('Warning', failed.reason ?? '', failed.message ?? '')
  }
}

const isEnded = ({ status }: Cached<Pod>) =>
  status?.phase === 'Succeeded' || status?.phase === 'Failed'

/** Whether every end is a count by now. */
function isSettled({ status }: Account): boolean {
  const { succeeded = [], failed = [] } = status.uncountedTerminatedPods ?? {}
  return succeeded.length + failed.length === 0
}

/** First that the end is certain, then, when the last pod has ended, the end (KEP-3939). */
function withOutcome(
  conditions: readonly JobCondition[],
  { kind, reason, message }: Outcome,
  of: { isOver: boolean; time: string },
): readonly JobCondition[] {
  const [first, last] =
    kind === 'failed' ? ['FailureTarget', 'Failed'] : ['SuccessCriteriaMet', 'Complete']
  const words = { status: 'True', reason, message }
  const decided = withJobCondition(conditions, { type: first, ...words }, of.time)
  return of.isOver ? withJobCondition(decided, { type: last, ...words }, of.time) : decided
}

function withSuspension(
  job: Cached<Job>,
  conditions: readonly JobCondition[],
  time: string,
): readonly JobCondition[] {
  if (isSuspended(job)) {
    const words = { status: 'True', reason: 'JobSuspended', message: 'Job suspended' }
    return withJobCondition(conditions, { type: 'Suspended', ...words }, time)
  }
  if (!findCondition(conditions, 'Suspended')) return conditions
  const words = { status: 'False', reason: 'JobResumed', message: 'Job resumed' }
  return withJobCondition(conditions, { type: 'Suspended', ...words }, time)
}
