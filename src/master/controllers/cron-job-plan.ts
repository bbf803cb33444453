import {
  controllerReference,
  type CronJob,
  cronJobs,
  type CronSchedule,
  formatTime,
  type Job,
  nextCronTime,
  offsetAt,
} from '../../api/index.ts'
import type { Cached } from './runtime.ts'

export type ReadCronJob = Cached<CronJob>

const SCHEDULED = 'batch.kubernetes.io/cronjob-scheduled-timestamp'
/** So much after its time a key is looked at again, lest it be looked at before. */
const AFTER_MS = 100
/** More missed times than this are told of. */
const MANY_MISSED = 100

/** What the clock says of a cron job. */
export interface Moment {
  /** The last time that has come and was not begun; undefined: none since the last one begun. */
  readonly dueMs: number | undefined
  readonly missed: 'none' | 'few' | 'many'
  /** Until the next time. Undefined: there is none. */
  readonly waitMs: number | undefined
}

/** Where a cron job stands at `nowMs`. */
export function momentOf(cronJob: ReadCronJob, schedule: CronSchedule, nowMs: number): Moment {
  const next = (ms: number) => nextCronTime(schedule, ms, cronJob.spec.timeZone ?? 'UTC')
  const { startingDeadlineSeconds: deadline } = cronJob.spec
  const begunMs = beganMs(cronJob)
  // Before the deadline everything is too late, and need not be counted.
  const fromMs = deadline === undefined ? begunMs : Math.max(begunMs, nowMs - deadline * 1000)
  const recent = mostRecent(fromMs, nowMs, next)
  const all = mostRecent(begunMs, nowMs, next)
  const lastMs = all.dueMs ?? (all.missed === 'none' ? begunMs : nowMs)
  const nextMs = next(lastMs)
  const waitMs = nextMs === undefined ? undefined : Math.max(1, nextMs + AFTER_MS - nowMs)
  return { ...recent, waitMs }
}

function beganMs({ status, metadata }: ReadCronJob): number {
  return Date.parse(status.lastScheduleTime ?? metadata.creationTimestamp)
}

function mostRecent(
  fromMs: number,
  nowMs: number,
  next: (ms: number) => number | undefined,
): Pick<Moment, 'dueMs' | 'missed'> {
  const first = next(fromMs)
  if (first === undefined || nowMs < first) return { dueMs: undefined, missed: 'none' }
  const second = next(first)
  if (second === undefined || nowMs < second) return { dueMs: first, missed: 'none' }
  // A rough count by the first interval; then on from shortly before the last.
  const intervalMs = second - first
  const missed = Math.floor((nowMs - first) / intervalMs) + 1
  let dueMs: number | undefined
  const begin = first + (missed - 2) * intervalMs
  for (let ms = next(begin); ms !== undefined && ms <= nowMs; ms = next(ms)) dueMs = ms
  return { dueMs, missed: missed > MANY_MISSED ? 'many' : 'few' }
}

/** Whether the time came so long ago that its job is left out. */
export function isTooLate({ spec }: ReadCronJob, dueMs: number, nowMs: number): boolean {
  const { startingDeadlineSeconds: deadline } = spec
  return deadline !== undefined && dueMs + deadline * 1000 < nowMs
}

/** The name of the job of a time: the same for every controller that begins it. */
export function jobNameAt(cronJob: ReadCronJob, dueMs: number): string {
  return `${cronJob.metadata.name}-${Math.floor(dueMs / 60_000)}`
}

export function jobAt(cronJob: ReadCronJob, dueMs: number): Job {
  const { metadata, spec } = cronJob.spec.jobTemplate
  return {
    metadata: {
      name: jobNameAt(cronJob, dueMs),
      namespace: cronJob.metadata.namespace,
      ...(metadata.labels && { labels: { ...metadata.labels } }),
      annotations: {
        ...metadata.annotations,
        [SCHEDULED]: zonedTime(dueMs, cronJob.spec.timeZone ?? 'UTC'),
      },
      ownerReferences: [controllerReference(cronJob, cronJobs)],
    },
    spec: structuredClone(spec) as Job['spec'],
    status: {},
  }
}

/** RFC 3339 as the clocks of the zone show it. */
function zonedTime(ms: number, zone: string): string {
  const offsetMs = offsetAt(ms, zone)
  if (offsetMs === 0) return formatTime(ms)
  const minutes = Math.abs(offsetMs) / 60_000
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0')
  const sign = offsetMs < 0 ? '-' : '+'
  return `${formatTime(ms + offsetMs).slice(0, -1)}${sign}${two(minutes / 60)}:${two(minutes % 60)}`
}
