import { cronJobColumns } from '../columns/index.ts'
import type { CronJob } from '../batch/index.ts'
import { CronJob as declared } from '../batch/index.ts'
import { defaultCronJob } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  validateCronJob,
  validateCronJobSpec,
  withMetadata,
} from '../validation/index.ts'
import { warnCronJob } from '../warnings/index.ts'

export const cronJobs: Resource<CronJob> = defineResource<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  struct: declared,
  columns: cronJobColumns,
  strategy: defineStrategy<CronJob>({
    applyDefaults: defaultCronJob,
    warn: warnCronJob,
    ...specStatus,
    ...withMetadata<CronJob>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: validateCronJob,
        update: (cronJob, old) => validateCronJobSpec(cronJob.spec, old.spec),
      },
    ),
  }),
  hasStatus: true,
})
