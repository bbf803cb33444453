import type { DeepReadonly } from '../../base/index.ts'
import type { CronJob, CronJobSpec, JobTemplateSpec } from '../batch/index.ts'
import { CronError, isTimeZone, parseCron } from '../schedule/index.ts'
import type { FieldError } from '../schema/index.ts'
import { GoText, invalid, notSupported, required } from './field-errors.ts'
import { goLabelSelector } from './go-text.ts'
import { validateJobParts } from './job.ts'
import { nonNegative } from './pod/common.ts'

/** A label's length less the 11 characters that a job's name has behind that of its cron job. */
const NAME_MAX = 52

const POLICIES = ['Allow', 'Forbid', 'Replace']
const IANA = 'https://www.iana.org/time-zones'

export function validateCronJob(cronJob: DeepReadonly<CronJob>): FieldError[] {
  const errors = validateCronJobSpec(cronJob.spec, undefined)
  const { name = '' } = cronJob.metadata
  if (name.length > NAME_MAX) {
    errors.push(invalid('metadata.name', name, `must be no more than ${NAME_MAX} characters`))
  }
  return errors
}

/** What was valid once may stay: a time zone in the schedule, and a zone that is gone. */
export function validateCronJobSpec(
  spec: DeepReadonly<CronJobSpec>,
  old: DeepReadonly<CronJobSpec> | undefined,
): FieldError[] {
  const { concurrencyPolicy = '' } = spec
  const errors = validateSchedule(spec, old)
  errors.push(...nonNegative('spec.startingDeadlineSeconds', spec.startingDeadlineSeconds))
  if (!old || old.timeZone !== spec.timeZone) errors.push(...validateTimeZone(spec.timeZone))
  if (concurrencyPolicy === '') errors.push(required('spec.concurrencyPolicy'))
  else if (!POLICIES.includes(concurrencyPolicy)) {
    errors.push(notSupported('spec.concurrencyPolicy', concurrencyPolicy, POLICIES))
  }
  return [
    ...errors,
    ...validateJobTemplate(spec.jobTemplate),
    ...nonNegative('spec.successfulJobsHistoryLimit', spec.successfulJobsHistoryLimit),
    ...nonNegative('spec.failedJobsHistoryLimit', spec.failedJobsHistoryLimit),
  ]
}

function validateSchedule(
  { schedule, timeZone }: DeepReadonly<CronJobSpec>,
  old: DeepReadonly<CronJobSpec> | undefined,
): FieldError[] {
  const field = 'spec.schedule'
  if (schedule === '') return [required(field)]
  const errors: FieldError[] = []
  try {
    parseCron(schedule)
  } catch (error) {
    if (!(error instanceof CronError)) throw error
    errors.push(invalid(field, schedule, error.message))
  }
  if (!schedule.includes('TZ')) return errors
  if (!old?.schedule.includes('TZ')) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead'
    errors.push(invalid(field, schedule, detail))
  } else if (timeZone !== undefined) {
    const detail = 'cannot use both timeZone field and TZ or CRON_TZ in schedule'
    errors.push(invalid(field, schedule, detail))
  }
  return errors
}

function validateTimeZone(timeZone: string | undefined): FieldError[] {
  const field = 'spec.timeZone'
  if (timeZone === undefined) return []
  if (timeZone === '') return [invalid(field, timeZone, 'timeZone must be nil or non-empty string')]
  const errors: FieldError[] = []
  if (timeZone.toLowerCase() === 'local') {
    const detail = `timeZone must be an explicit time zone as defined in ${IANA}`
    errors.push(invalid(field, timeZone, detail))
  }
  // Go knows `Local`, and no other zone that the database lacks.
  if (timeZone !== 'Local' && !isTimeZone(timeZone)) {
    errors.push(invalid(field, timeZone, `unknown time zone ${timeZone}`))
  }
  return errors
}

function validateJobTemplate(template: DeepReadonly<JobTemplateSpec>): FieldError[] {
  const path = 'spec.jobTemplate.spec'
  const spec = template?.spec ?? { template: { metadata: {} } }
  const errors = validateJobParts(spec, path)
  if (spec.selector) {
    const shown = goLabelSelector(spec.selector)
    errors.push(invalid(`${path}.selector`, shown, '`selector` will be auto-generated'))
  }
  if (spec.manualSelector) {
    errors.push(notSupported(`${path}.manualSelector`, new GoText('true'), ['nil', 'false']))
  }
  return errors
}
