import type { CronJob, Job } from '../batch/index.ts'
import { humanDuration, isConditionTrue, parseTime } from '../helpers/index.ts'
import type { Column } from '../schema/index.ts'
import { ageColumn, column, integer, nameColumn, NONE, sinceTime } from './common.ts'
import { containerColumns, selectorColumn } from './workloads.ts'

export const jobColumns: readonly Column<Job>[] = [
  nameColumn(),
  column('Status', 'How far the job is.', jobState),
  column('Completions', 'Pods that succeeded, of those wanted.', completions),
  column('Duration', 'How long the job took, or takes so far.', duration),
  ageColumn(),
  ...containerColumns<Job>(({ spec }) => spec.template?.spec),
  selectorColumn<Job>(({ spec }) => spec.selector),
]

function jobState({ metadata, status }: Job): string {
  const holds = (type: string) => isConditionTrue(status?.conditions, type)
  if (holds('Complete')) return 'Complete'
  if (holds('Failed')) return 'Failed'
  if (metadata.deletionTimestamp) return 'Terminating'
  if (holds('Suspended')) return 'Suspended'
  if (holds('FailureTarget')) return 'FailureTarget'
  if (holds('SuccessCriteriaMet')) return 'SuccessCriteriaMet'
  return 'Running'
}

function completions({ spec, status }: Job): string {
  const succeeded = status?.succeeded ?? 0
  if (spec.completions !== undefined) return `${succeeded}/${spec.completions}`
  const { parallelism = 0 } = spec
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`
}

function duration({ status }: Job, { nowMs }: { nowMs: number }): string {
  const start = parseTime(status?.startTime)
  if (start === undefined) return ''
  const end = parseTime(status?.completionTime) ?? nowMs
  return humanDuration(end - start)
}

export const cronJobColumns: readonly Column<CronJob>[] = [
  nameColumn(),
  column('Schedule', 'When jobs are started, as cron writes it.', ({ spec }) => spec.schedule),
  column('Timezone', 'The zone of the schedule.', ({ spec }) => spec.timeZone ?? NONE),
  column(
    'Suspend',
    'Whether no jobs are started.',
    ({ spec }) => (spec.suspend ? 'True' : 'False'),
    { type: 'boolean' },
  ),
  integer('Active', 'Jobs that run.', ({ status }) => status?.active?.length ?? 0),
  column('Last Schedule', 'How long ago a job was started.', ({ status }, { nowMs }) =>
    status?.lastScheduleTime ? sinceTime(status.lastScheduleTime, nowMs) : NONE,
  ),
  ageColumn(),
  ...containerColumns<CronJob>(({ spec }) => spec.jobTemplate.spec?.template?.spec),
  selectorColumn<CronJob>(({ spec }) => spec.jobTemplate.spec?.selector),
]
