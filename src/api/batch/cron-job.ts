import { ObjectReference } from '../core/index.ts'
import { ObjectMeta } from '../meta/index.ts'
import { JobSpec } from './job.ts'
import {
  boolean,
  int32,
  int64,
  list,
  ref,
  string,
  struct,
  time,
  type TypeOf,
} from '../schema/index.ts'

export const JobTemplateSpec = struct(
  'io.k8s.api.batch.v1.JobTemplateSpec',
  'What Jobs are made from.',
  {
    metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
    spec: ref(2, JobSpec, 'What is wanted of them.').written(),
  },
)
export interface JobTemplateSpec extends TypeOf<typeof JobTemplateSpec> {}

export const CronJobSpec = struct(
  'io.k8s.api.batch.v1.CronJobSpec',
  'What is wanted of a CronJob.',
  {
    schedule: string(1, "When, in cron's form.").required(),
    timeZone: string(8, 'Time zone of the schedule.').nullable(),
    startingDeadlineSeconds: int64(2, 'How late a Job may still start.').nullable(),
    concurrencyPolicy: string(
      3,
      'While one runs: `Allow` another (the default), `Forbid` it, or `Replace` the first.',
    ).named('v1.ConcurrencyPolicy'),
    suspend: boolean(4, 'Whether no more Jobs are made.').nullable(),
    jobTemplate: ref(5, JobTemplateSpec, 'What the Jobs are made from.').required().written(),
    successfulJobsHistoryLimit: int32(
      6,
      'How many successful Jobs are kept; 3 by default.',
    ).nullable(),
    failedJobsHistoryLimit: int32(7, 'How many failed Jobs are kept; 1 by default.').nullable(),
  },
)
export interface CronJobSpec extends TypeOf<typeof CronJobSpec> {}

export const CronJobStatus = struct('io.k8s.api.batch.v1.CronJobStatus', 'How far a CronJob is.', {
  active: list(1, ObjectReference, 'Jobs that run.').atomic(),
  lastScheduleTime: time(4, 'When one was made last.').nullable(),
  lastSuccessfulTime: time(5, 'When one succeeded last.').nullable(),
})
export interface CronJobStatus extends TypeOf<typeof CronJobStatus> {}

export const CronJob = struct('io.k8s.api.batch.v1.CronJob', 'Makes Jobs by the clock.', {
  kind: string(0, 'Name of the type, in CamelCase.'),
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  metadata: ref(1, ObjectMeta, 'Name, labels and what else every object has.').always(),
  spec: ref(2, CronJobSpec, 'What is wanted.').required().always(),
  status: ref(3, CronJobStatus, 'What is.').always(),
})
export interface CronJob extends TypeOf<typeof CronJob> {}
