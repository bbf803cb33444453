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

export const JobTemplateSpec = struct('io.k8s.api.batch.v1.JobTemplateSpec', '', {
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, JobSpec).written(),
})
export interface JobTemplateSpec extends TypeOf<typeof JobTemplateSpec> {}

export const CronJobSpec = struct('io.k8s.api.batch.v1.CronJobSpec', '', {
  concurrencyPolicy: string(3).named('v1.ConcurrencyPolicy'),
  failedJobsHistoryLimit: int32(7).nullable(),
  jobTemplate: ref(5, JobTemplateSpec).required().written(),
  schedule: string(1).required(),
  startingDeadlineSeconds: int64(2).nullable(),
  successfulJobsHistoryLimit: int32(6).nullable(),
  suspend: boolean(4).nullable(),
  timeZone: string(8).nullable(),
})
export interface CronJobSpec extends TypeOf<typeof CronJobSpec> {}

export const CronJobStatus = struct('io.k8s.api.batch.v1.CronJobStatus', '', {
  active: list(1, ObjectReference).atomic(),
  lastScheduleTime: time(4).nullable(),
  lastSuccessfulTime: time(5).nullable(),
})
export interface CronJobStatus extends TypeOf<typeof CronJobStatus> {}

export const CronJob = struct('io.k8s.api.batch.v1.CronJob', '', {
  apiVersion: string(0, 'Group and version of the API in which the object is written.'),
  kind: string(0, 'Name of the type, in CamelCase.'),
  metadata: ref(1, ObjectMeta).always(),
  spec: ref(2, CronJobSpec).required().always(),
  status: ref(3, CronJobStatus).always(),
})
export interface CronJob extends TypeOf<typeof CronJob> {}
