import { hasReason, StatusError } from '../../base/index.ts'
import {
  controllerOf,
  type CronJob,
  CronError,
  cronJobs,
  type CronJobStatus,
  type CronSchedule,
  isControlledBy,
  isTimeZone,
  type Job,
  jobs,
  parseCron,
  formatTime,
  referenceTo,
  semanticEqual,
} from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import { isTooLate, jobAt, jobNameAt, momentOf, type ReadCronJob } from './cron-job-plan.ts'
import { isJobFinished } from './job-outcome.ts'
import { controlledBy, indexByController } from './ownership.ts'
import { isNamespaceTerminating } from './pod-control.ts'
import {
  type Cached,
  changesOf,
  type Controller,
  type ControllerContext,
  done,
  draft,
  objectsOf,
  requeueAfter,
} from './runtime.ts'

type Call = { signal: AbortSignal }
type Active = NonNullable<CronJobStatus['active']>

/** Begins jobs at their times. */
export function cronJobController(context: ControllerContext): Controller {
  const reconciler = new CronJobReconciler(context)
  return {
    name: 'cronjob-controller',
    sources: [
      objectsOf(reconciler.cronJobs),
      changesOf(reconciler.jobs, ({ old, now }) => {
        const job = now ?? old
        const owner = job && controllerOf(job)
        return job && owner?.kind === 'CronJob' ? [`${job.metadata.namespace}/${owner.name}`] : []
      }),
    ],
    reconcile: (key, call) => reconciler.reconcile(key, call),
  }
}

class CronJobReconciler {
  readonly cronJobs
  readonly jobs
  readonly #context: ControllerContext

  constructor(context: ControllerContext) {
    this.#context = context
    this.cronJobs = context.informers.for(cronJobs)
    this.jobs = context.informers.for(jobs)
    indexByController(this.jobs)
  }

  async reconcile(key: ObjectKey, call: Call): Promise<ReconcileResult> {
    const cronJob = this.cronJobs.get(key)
    if (!cronJob) return done
    const children = [...controlledBy(this.jobs, cronJob.metadata.uid)]
    const status = draft<CronJob>(cronJob).status
    await this.#watchJobs(cronJob, status, children, call)
    const waitMs = await this.#begin(cronJob, status, call)
    await this.#trim(cronJob, children, call)
    await this.#write(cronJob, status, call)
    return waitMs === undefined ? done : requeueAfter(waitMs)
  }

  /** What became of the jobs that were begun. */
  async #watchJobs(
    cronJob: ReadCronJob,
    status: CronJobStatus,
    children: readonly Cached<Job>[],
    call: Call,
  ): Promise<void> {
    const active: Active = []
    const known = new Set(children.map((job) => job.metadata.uid))
    const listed = new Set((status.active ?? []).map((reference) => reference.uid))
    for (const reference of status.active ?? []) {
      const { name = '', namespace = '', uid = '' } = reference
      const job = children.find(({ metadata }) => metadata.uid === uid)
      if (job && isJobFinished(job)) {
        const message = `Saw completed job: ${name}, condition: ${endOf(job)}`
        this.#tell(cronJob, 'SawCompletedJob', message)
      } else if (known.has(uid) || (await this.#exists({ name, namespace, uid }, call))) {
        active.push(reference)
      } else this.#tell(cronJob, 'MissingJob', `Active job went missing: ${name}`)
    }
    for (const job of children) {
      const { uid, name } = job.metadata
      if (!listed.has(uid) && !isJobFinished(job)) {
        // Begun by us, but our status was not written: it counts all the same.
        if (isOurName(cronJob, name)) active.push(identified(job))
        else {
          const message = `Saw a job that the controller did not create or forgot: ${name}`
          this.#tell(cronJob, 'UnexpectedJob', message, true)
        }
      }
      const { completionTime } = job.status
      const last = status.lastSuccessfulTime
      if (completionTime && (!last || last < completionTime)) {
        status.lastSuccessfulTime = completionTime
      }
    }
    setActive(status, active)
  }

  /** Our cache may be behind: a job that it lacks is asked for. */
  async #exists(
    at: { name: string; namespace: string; uid: string },
    call: Call,
  ): Promise<boolean> {
    try {
      const { metadata } = await this.#context.client.for(jobs).get(at, call)
      return metadata.uid === at.uid
    } catch (error) {
      if (hasReason(error, 'NotFound')) return false
      throw error
    }
  }

  /** Begins the job whose time has come. Milliseconds until the next time. */
  async #begin(
    cronJob: ReadCronJob,
    status: CronJobStatus,
    call: Call,
  ): Promise<number | undefined> {
    const { spec, metadata } = cronJob
    if (metadata.deletionTimestamp !== undefined) return undefined
    const schedule = this.#schedule(cronJob)
    if (!schedule || spec.suspend) return undefined
    const nowMs = this.#context.clock.nowMs()
    const { dueMs, missed, waitMs } = momentOf(cronJob, schedule, nowMs)
    if (missed === 'many') {
      const message =
        'too many missed start times. Set or decrease .spec.startingDeadlineSeconds or check ' +
        'clock skew'
      this.#tell(cronJob, 'TooManyMissedTimes', message, true)
    }
    if (waitMs === undefined) {
      const why = 'time difference between two schedules is less than 1 second'
      const message = `invalid schedule: ${spec.schedule} : ${why}`
      this.#tell(cronJob, 'InvalidSchedule', message, true)
    }
    if (dueMs === undefined) return waitMs
    if (isTooLate(cronJob, dueMs, nowMs)) {
      const at = new Date(dueMs).toUTCString().replace('GMT', '+0000')
      this.#tell(cronJob, 'MissSchedule', `Missed scheduled time to start a job: ${at}`, true)
      return waitMs
    }
    const name = jobNameAt(cronJob, dueMs)
    const active = status.active ?? []
    const isBegun = active.some((reference) => reference.name === name)
    if (isBegun || status.lastScheduleTime === formatTime(dueMs)) return waitMs
    if (spec.concurrencyPolicy === 'Forbid' && active.length > 0) {
      const message =
        'Not starting job because prior execution is running and concurrency policy is Forbid'
      this.#tell(cronJob, 'JobAlreadyActive', message)
      return waitMs
    }
    if (spec.concurrencyPolicy === 'Replace') await this.#replace(cronJob, status, call)
    await this.#create(cronJob, status, dueMs, call)
    return waitMs
  }

  #schedule(cronJob: ReadCronJob): CronSchedule | undefined {
    const { schedule, timeZone } = cronJob.spec
    if (timeZone !== undefined && !isTimeZone(timeZone)) {
      const message = `invalid timeZone: ${JSON.stringify(timeZone)}: unknown time zone ${timeZone}`
      this.#tell(cronJob, 'UnknownTimeZone', message, true)
      return undefined
    }
    try {
      return parseCron(schedule)
    } catch (error) {
      if (!(error instanceof CronError)) throw error
      const message = `unparseable schedule: ${JSON.stringify(schedule)} : ${error.message}`
      this.#tell(cronJob, 'UnparseableSchedule', message, true)
      return undefined
    }
  }

  async #replace(cronJob: ReadCronJob, status: CronJobStatus, call: Call): Promise<void> {
    for (const { name = '', namespace = '' } of status.active ?? []) {
      await this.#delete(cronJob, { name, namespace }, call)
    }
    setActive(status, [])
  }

  async #create(
    cronJob: ReadCronJob,
    status: CronJobStatus,
    dueMs: number,
    call: Call,
  ): Promise<void> {
    const wanted = jobAt(cronJob, dueMs)
    const { name = '', namespace = '' } = wanted.metadata
    const client = this.#context.client.for(jobs)
    let job
    try {
      job = await client.create(wanted, call)
      this.#tell(cronJob, 'SuccessfulCreate', `Created job ${name}`)
    } catch (error) {
      if (isNamespaceTerminating(error)) return
      if (!hasReason(error, 'AlreadyExists')) {
        if (error instanceof StatusError) {
          this.#tell(cronJob, 'FailedCreate', `Error creating job: ${error.message}`, true)
        }
        throw error
      }
      // Begun by us before, and not written down; or another job has the name.
      job = await client.get({ name, namespace }, call)
      if (!isControlledBy(job, cronJob)) return
    }
    if (!isJobFinished(job)) setActive(status, [...(status.active ?? []), identified(job)])
    status.lastScheduleTime = formatTime(dueMs)
  }

  /** Deletes ended jobs beyond the limits, the oldest first. */
  async #trim(cronJob: ReadCronJob, children: readonly Cached<Job>[], call: Call): Promise<void> {
    const { successfulJobsHistoryLimit, failedJobsHistoryLimit } = cronJob.spec
    if (cronJob.metadata.deletionTimestamp !== undefined) return
    const finished = children
      .filter((job) => job.metadata.deletionTimestamp === undefined && isJobFinished(job))
      .sort(byStart)
    const limits = { Complete: successfulJobsHistoryLimit, Failed: failedJobsHistoryLimit }
    for (const [end, limit] of Object.entries(limits)) {
      if (limit === undefined) continue
      const those = finished.filter((job) => endOf(job) === end)
      for (const { metadata } of those.slice(0, Math.max(0, those.length - limit))) {
        await this.#delete(cronJob, metadata, call)
      }
    }
  }

  async #delete(
    cronJob: ReadCronJob,
    at: { name: string; namespace: string },
    call: Call,
  ): Promise<void> {
    try {
      const body = { propagationPolicy: 'Background' }
      await this.#context.client.for(jobs).delete(at, body, call)
      this.#tell(cronJob, 'SuccessfulDelete', `Deleted job ${at.name}`)
    } catch (error) {
      if (hasReason(error, 'NotFound')) return
      if (error instanceof StatusError) {
        this.#tell(cronJob, 'FailedDelete', `Deleted job: ${error.message}`, true)
      }
      throw error
    }
  }

  async #write(cronJob: ReadCronJob, status: CronJobStatus, call: Call): Promise<void> {
    if (semanticEqual(status, cronJob.status)) return
    const { client } = this.#context
    await client.for(cronJobs).updateStatus({ ...draft<CronJob>(cronJob), status }, call)
  }

  #tell(about: ReadCronJob, reason: string, message: string, warns = false): void {
    const type = warns ? 'Warning' : 'Normal'
    this.#context.recorder.event(about, { type, reason, message })
  }
}

/** Those that never began come last. */
function byStart(a: Cached<Job>, b: Cached<Job>): number {
  const [left, right] = [a.status.startTime ?? '~', b.status.startTime ?? '~']
  if (left !== right) return left < right ? -1 : 1
  return a.metadata.name < b.metadata.name ? -1 : 1
}

const endOf = ({ status }: Cached<Job>) =>
  status.conditions?.find(
    ({ type, status: holds }) => holds === 'True' && (type === 'Complete' || type === 'Failed'),
  )?.type ?? ''

const identified = (job: Cached<Job>): Active[number] =>
  referenceTo({ ...draft<Job>(job), apiVersion: 'batch/v1', kind: 'Job' })

function isOurName({ metadata }: ReadCronJob, name: string): boolean {
  const prefix = `${metadata.name}-`
  return name.startsWith(prefix) && /^\d+$/.test(name.slice(prefix.length))
}

function setActive(status: CronJobStatus, active: Active): void {
  if (active.length > 0) status.active = active
  else delete status.active
}
