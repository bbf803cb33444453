import type { DeepReadonly } from '../../base/index.ts'
import { type Job, JobStatus } from '../batch/index.ts'
import { checkIndexes, parseIndexes } from '../helpers/index.ts'
import type { FieldError } from '../schema/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { validateCounts } from './counts.ts'
import { duplicate, GoText, invalid, invalidWhole, required } from './field-errors.ts'
import { goFieldText } from './go-text.ts'
import { IMMUTABLE_ERROR } from './metadata.ts'

type ReadJob = DeepReadonly<Job>
type Status = DeepReadonly<JobStatus>

const CONDITIONS = 'status.conditions'
const COUNTS = ['active', 'succeeded', 'failed', 'ready', 'terminating']
const NO_INDEXES = 'cannot set non-empty completedIndexes when non-indexed completion mode'
const NO_FAILED = 'cannot set non-null failedIndexes when backoffLimitPerIndex is null'

/** What has changed since the status before: only that is held against whoever writes it. */
class Change {
  readonly status: Status
  readonly #before: Status

  constructor(job: ReadJob, old: ReadJob) {
    this.status = job.status
    this.#before = old.status
  }

  of(...names: (keyof JobStatus)[]): boolean {
    return names.some((name) => !semanticEqual(this.status[name], this.#before[name]))
  }

  ofConditions(...types: string[]): boolean {
    return types.some((type) => holds(this.status, type) !== holds(this.#before, type))
  }
}

const holds = ({ conditions = [] }: Status, type: string) =>
  conditions.some((condition) => condition.type === type && condition.status === 'True')
const isFinished = (status: Status) => holds(status, 'Complete') || holds(status, 'Failed')

/** KEP-4368: whoever controls a job, its status goes only the way that clients know. */
export function validateJobStatus(job: ReadJob, old: ReadJob): FieldError[] {
  const change = new Change(job, old)
  return [
    ...validateCounts({ ...job.status }, COUNTS),
    ...validateUncounted(job.status),
    ...validateEnd(change),
    ...validateFinished(job, old, change),
    ...validateIndexes(job, change),
    ...validateReady(change, isFinished(job.status) !== isFinished(old.status)),
    ...validateCriteria(job),
    ...validateProgress(job, old),
  ]
}

function validateUncounted({ uncountedTerminatedPods: pods }: Status): FieldError[] {
  const seen = new Set<string>()
  return (['succeeded', 'failed'] as const).flatMap((name) =>
    (pods?.[name] ?? []).flatMap((uid, i) => {
      const path = `status.uncountedTerminatedPods.${name}[${i}]`
      if (uid === '') return [invalid(path, uid, 'must not be empty')]
      if (seen.has(uid)) return [duplicate(path, uid)]
      seen.add(uid)
      return []
    }),
  )
}

/** How a job may end, and when it did. */
function validateEnd(change: Change): FieldError[] {
  const { status } = change
  const { startTime, completionTime } = status
  const [isComplete, hasFailed] = [holds(status, 'Complete'), holds(status, 'Failed')]
  const errors: FieldError[] = []
  const refuse = (why: string) => errors.push(invalidWhole(CONDITIONS, `cannot set ${why}`))
  if (isComplete && hasFailed && change.ofConditions('Complete', 'Failed')) {
    refuse('Complete=True and Failed=true conditions')
  }
  const failing = holds(status, 'FailureTarget')
  if (isComplete && failing && change.ofConditions('Complete', 'FailureTarget')) {
    refuse('Complete=True and FailureTarget=true conditions')
  }
  if (change.ofConditions('Complete') || change.of('completionTime')) {
    const path = 'status.completionTime'
    if (completionTime !== undefined && !isComplete) {
      const detail = 'cannot set completionTime when there is no Complete=True condition'
      errors.push(invalid(path, shownTime(completionTime), detail))
    }
    if (completionTime === undefined && isComplete) {
      errors.push(required(path, 'completionTime is required for Complete jobs'))
    }
  }
  if (startTime !== undefined && completionTime !== undefined) {
    const isBefore = Date.parse(completionTime) < Date.parse(startTime)
    if (isBefore && change.of('startTime', 'completionTime')) {
      const detail = 'must be equal to or after `startTime`'
      errors.push(invalid('status.completionTime', shownTime(completionTime), detail))
    }
  }
  if (hasFailed && !failing && change.ofConditions('Failed', 'FailureTarget')) {
    refuse('Failed=True condition without the FailureTarget=true condition')
  }
  const isMet = holds(status, 'SuccessCriteriaMet')
  if (isComplete && !isMet && change.ofConditions('Complete', 'SuccessCriteriaMet')) {
    refuse('Complete=True condition without the SuccessCriteriaMet=true condition')
  }
  return errors
}

/** A time as Go says it. */
function shownTime(time: string): GoText {
  return new GoText(`${time.slice(0, 10)} ${time.slice(11, 19)} +0000 UTC`)
}

/** What is left of a job that has ended. */
function validateFinished({ spec, status }: ReadJob, old: ReadJob, change: Change): FieldError[] {
  if (!isFinished(status)) return []
  const errors: FieldError[] = []
  const isNew = !isFinished(old.status)
  const { active = 0, startTime, uncountedTerminatedPods: uncounted } = status
  if (active > 0 && (isNew || change.of('active'))) {
    errors.push(invalid('status.active', active, 'active>0 is invalid for finished job'))
  }
  const neverBegun = spec.suspend === true && spec.completions === 0
  if (startTime === undefined && !neverBegun && (isNew || change.of('startTime'))) {
    errors.push(required('status.startTime', 'startTime is required for finished job'))
  }
  const count = (uncounted?.failed?.length ?? 0) + (uncounted?.succeeded?.length ?? 0)
  if (count > 0 && (isNew || change.of('uncountedTerminatedPods'))) {
    const path = 'status.uncountedTerminatedPods'
    const shown = goFieldText(JobStatus, 'uncountedTerminatedPods', uncounted)
    errors.push(invalid(path, shown, 'must be empty for finished job'))
  }
  return errors
}

function validateIndexes({ spec, status }: ReadJob, change: Change): FieldError[] {
  const { completions, completionMode, backoffLimitPerIndex } = spec
  const { completedIndexes = '', failedIndexes } = status
  const [isNew, isFailedNew] = [change.of('completedIndexes'), change.of('failedIndexes')]
  const errors: FieldError[] = []
  const check = (name: 'completedIndexes' | 'failedIndexes', text: string) => {
    const checked = checkIndexes(text, completions ?? 0)
    if ('total' in checked) return
    errors.push(invalid(`status.${name}`, text, `error parsing ${name}: ${checked.error}`))
  }
  const perIndex = backoffLimitPerIndex !== undefined
  if (isNew && completions !== undefined) check('completedIndexes', completedIndexes)
  if (isFailedNew && completions !== undefined && perIndex && failedIndexes !== undefined) {
    check('failedIndexes', failedIndexes)
  }
  if (isNew && completedIndexes !== '' && completionMode !== 'Indexed') {
    errors.push(invalid('status.completedIndexes', completedIndexes, NO_INDEXES))
  }
  if (failedIndexes === undefined) return errors
  if (isFailedNew && !perIndex) {
    errors.push(invalid('status.failedIndexes', failedIndexes, NO_FAILED))
  }
  if (completions === undefined || !(isNew || isFailedNew)) return errors
  const both = firstInBoth(completedIndexes, failedIndexes, completions)
  if (both !== undefined) {
    const detail = `failedIndexes and completedIndexes overlap at index: ${both}`
    errors.push(invalid('status.failedIndexes', failedIndexes, detail))
  }
  return errors
}

function firstInBoth(one: string, other: string, completions: number): number | undefined {
  const others = parseIndexes(other, completions)
  for (const { first, last } of parseIndexes(one, completions)) {
    const found = others.find((interval) => interval.first <= last && first <= interval.last)
    if (found) return Math.max(first, found.first)
  }
  return undefined
}

function validateReady(change: Change, isEndNew: boolean): FieldError[] {
  const { active = 0, ready, terminating = 0 } = change.status
  const errors: FieldError[] = []
  if (terminating > 0 && isFinished(change.status) && (isEndNew || change.of('terminating'))) {
    const detail = 'terminating>0 is invalid for finished job'
    errors.push(invalid('status.terminating', terminating, detail))
  }
  if (ready !== undefined && ready > active && change.of('ready', 'active')) {
    errors.push(invalid('status.ready', ready, 'cannot set more ready pods than active'))
  }
  return errors
}

function validateCriteria({ spec, status }: ReadJob): FieldError[] {
  const errors: FieldError[] = []
  const refuse = (why: string) => errors.push(invalidWhole(CONDITIONS, `cannot set ${why}`))
  const isMet = holds(status, 'SuccessCriteriaMet')
  if (isMet && holds(status, 'Failed')) {
    refuse('SuccessCriteriaMet=True and Failed=true conditions')
  }
  if (isMet && holds(status, 'FailureTarget')) {
    refuse('SuccessCriteriaMet=True and FailureTarget=true conditions')
  }
  if (spec.successPolicy && !isMet && holds(status, 'Complete')) {
    refuse('Complete=True for Job with SuccessPolicy unless SuccessCriteriaMet=True')
  }
  return errors
}

/** What is certain stays so, and what is counted stays counted. */
function validateProgress({ spec, status }: ReadJob, { status: was }: ReadJob): FieldError[] {
  const errors: FieldError[] = []
  const refuse = (why: string) => errors.push(invalidWhole(CONDITIONS, `cannot ${why}`))
  for (const type of ['Failed', 'Complete', 'FailureTarget']) {
    if (!holds(was, type) || holds(status, type)) continue
    refuse(`disable the terminal ${type}=True condition`)
  }
  // An indexed job may be made smaller with all that it has (KEP-3715).
  const mayShrink = spec.completionMode === 'Indexed' && spec.completions === spec.parallelism
  for (const name of mayShrink ? (['failed'] as const) : (['failed', 'succeeded'] as const)) {
    const count = status[name] ?? 0
    if (count >= (was[name] ?? 0)) continue
    errors.push(invalid(`status.${name}`, count, `cannot decrease the ${name} counter`))
  }
  const { completionTime, startTime } = status
  if (completionTime !== undefined && was.completionTime !== undefined) {
    if (completionTime !== was.completionTime) {
      errors.push(invalid('status.completionTime', shownTime(completionTime), IMMUTABLE_ERROR))
    }
  }
  const resumes = holds(was, 'Suspended') && !holds(status, 'Suspended')
  if (was.startTime !== undefined && startTime !== was.startTime && !spec.suspend && !resumes) {
    const detail = 'startTime cannot be removed for unsuspended job'
    errors.push(required('status.startTime', detail))
  }
  const [isMet, wasMet] = [holds(status, 'SuccessCriteriaMet'), holds(was, 'SuccessCriteriaMet')]
  if (wasMet && !isMet) refuse('disable the SuccessCriteriaMet=True condition')
  if (holds(was, 'Complete') && !wasMet && isMet) {
    refuse('set SuccessCriteriaMet=True for Job already has Complete=true conditions')
  }
  return errors
}
