import type { CronJob } from '../batch/index.ts'
import { CronJob as declared } from '../batch/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const cronJobs: Resource<CronJob> = defineResource<CronJob>({
  group: 'batch',
  version: 'v1',
  kind: 'CronJob',
  plural: 'cronjobs',
  shortNames: ['cj'],
  categories: ['all'],
  struct: declared,
  strategy: defineStrategy<CronJob>({
    ...specStatus,
    ...withMetadata<CronJob>({ namespaced: true, nameErrors: dns1123SubdomainErrors }, {}),
  }),
  hasStatus: true,
})
