import type { Job } from '../batch/index.ts'
import { Job as declared } from '../batch/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import { dns1123SubdomainErrors, withMetadata } from '../validation/index.ts'

export const jobs: Resource<Job> = defineResource<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  struct: declared,
  strategy: defineStrategy<Job>({
    ...specStatus,
    ...withMetadata<Job>({ namespaced: true, nameErrors: dns1123SubdomainErrors }, {}),
  }),
  hasStatus: true,
})
