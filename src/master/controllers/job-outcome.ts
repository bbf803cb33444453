import { countIndexes, findCondition, isConditionTrue, type JobCondition } from '../../api/index.ts'
import type { Account } from './job-accounting.ts'
import { hasFailed, isIndexed, isSuspended, type ReadJob, type ReadPod } from './job-pods.ts'
import { judgeFailure, successRuleMet } from './job-policies.ts'

/** How a job ends, as soon as that is certain; its last pods may still be going. */
export interface Outcome {
  readonly kind: 'failed' | 'complete'
  readonly reason: string
  readonly message: string
}

export function isJobFinished({ status }: ReadJob): boolean {
  return (
    isConditionTrue(status?.conditions, 'Complete') || isConditionTrue(status?.conditions, 'Failed')
  )
}

/** The first reason, in upstream's order, for which the job is over; undefined while it goes on. */
export function outcomeOf(
  job: ReadJob,
  of: { pods: readonly ReadPod[]; active: readonly ReadPod[]; account: Account; nowMs: number },
): Outcome | undefined {
  return (
    decided(job) ??
    failedByPolicy(job, of.pods) ??
    failedByLimit(job, of) ??
    (isIndexed(job) ? endedByIndexes(job, of.account) : undefined) ??
    completed(job, of.account, of.active.length)
  )
}

/** What stands in the status already is not taken back. */
function decided({ status }: ReadJob): Outcome | undefined {
  const kinds = { FailureTarget: 'failed', SuccessCriteriaMet: 'complete' } as const
  for (const [type, kind] of Object.entries(kinds)) {
    const condition = findCondition(status?.conditions, type)
    if (condition?.status !== 'True') continue
    return { kind, reason: condition.reason ?? '', message: condition.message ?? '' }
  }
  return undefined
}

function failedByPolicy(job: ReadJob, pods: readonly ReadPod[]): Outcome | undefined {
  if (!job.spec.podFailurePolicy) return undefined
  for (const pod of pods) {
    if (!hasFailed(job, pod)) continue
    const verdict = judgeFailure(job, pod)
    if (verdict.kind !== 'fail-job') continue
    return { kind: 'failed', reason: 'PodFailurePolicy', message: verdict.message }
  }
  return undefined
}

function failedByLimit(
  job: ReadJob,
  of: { active: readonly ReadPod[]; account: Account; nowMs: number },
): Outcome | undefined {
  const { backoffLimit = 6 } = job.spec
  if (of.account.failed > backoffLimit || isPastRestarts(job, of.active, backoffLimit)) {
    const message = 'Job has reached the specified backoff limit'
    return { kind: 'failed', reason: 'BackoffLimitExceeded', message }
  }
  const leftMs = deadlineLeftMs(job, of.nowMs)
  if (leftMs === undefined || leftMs > 0) return undefined
  const message = 'Job was active longer than specified deadline'
  return { kind: 'failed', reason: 'DeadlineExceeded', message }
}

/** Containers that are restarted where they are count as well. */
function isPastRestarts(job: ReadJob, active: readonly ReadPod[], limit: number): boolean {
  if (job.spec.template.spec?.restartPolicy !== 'OnFailure') return false
  let restarts = 0
  for (const { status } of active) {
    const containers = [
      ...(status?.initContainerStatuses ?? []),
      ...(status?.containerStatuses ?? []),
    ]
    for (const container of containers) restarts += container.restartCount
  }
  return limit === 0 ? restarts > 0 : restarts >= limit
}

/** Until the job's deadline; undefined without one, or while the job rests. */
export function deadlineLeftMs(job: ReadJob, nowMs: number): number | undefined {
  const { activeDeadlineSeconds: seconds } = job.spec
  const { startTime } = job.status
  if (seconds === undefined || !startTime || isSuspended(job)) return undefined
  return Date.parse(startTime) + seconds * 1000 - nowMs
}

function endedByIndexes(job: ReadJob, account: Account): Outcome | undefined {
  const { maxFailedIndexes, completions = 0 } = job.spec
  const failed = countIndexes(account.failedIndexes)
  if (maxFailedIndexes !== undefined && failed > maxFailedIndexes) {
    const message = 'Job has exceeded the specified maximal number of failed indexes'
    return { kind: 'failed', reason: 'MaxFailedIndexesExceeded', message }
  }
  if (failed > 0 && failed + countIndexes(account.succeededIndexes) >= completions) {
    return { kind: 'failed', reason: 'FailedIndexes', message: 'Job has failed indexes' }
  }
  const message = successRuleMet(job, account.succeededIndexes)
  return message === undefined ? undefined : { kind: 'complete', reason: 'SuccessPolicy', message }
}

function completed(job: ReadJob, account: Account, active: number): Outcome | undefined {
  const { completions } = job.spec
  const enough =
    completions === undefined ? account.succeeded > 0 : account.succeeded >= completions
  if (!enough || active > 0) return undefined
  const message = 'Reached expected number of succeeded pods'
  return { kind: 'complete', reason: 'CompletionsReached', message }
}

/** The conditions with this one set; those that hold with the same words are left alone. */
export function withJobCondition(
  conditions: readonly JobCondition[],
  next: Pick<JobCondition, 'type' | 'status' | 'reason' | 'message'>,
  time: string,
): readonly JobCondition[] {
  const old = findCondition(conditions, next.type)
  if (old?.status === next.status && old.reason === next.reason) return conditions
  const made = { ...next, lastProbeTime: time, lastTransitionTime: time }
  return [...conditions.filter(({ type }) => type !== next.type), made]
}
