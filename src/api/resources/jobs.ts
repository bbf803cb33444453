import { jobColumns } from '../columns/index.ts'
import type { Job } from '../batch/index.ts'
import { Job as declared } from '../batch/index.ts'
import { defaultJob } from '../defaults/index.ts'
import type { Resource } from '../schema/index.ts'
import { defineResource, defineStrategy, specStatus } from '../strategy/index.ts'
import {
  dns1123SubdomainErrors,
  jobLabels,
  validateJob,
  validateJobStatus,
  validateJobUpdate,
  withMetadata,
} from '../validation/index.ts'
import { warnJob } from '../warnings/index.ts'

/** Labels its pods as the job's and selects them so, where a user does not choose to do it. */
function generateSelector(job: Job): void {
  const { spec } = job
  const wanted = jobLabels(job)
  const labels = { ...wanted, ...spec.template.metadata.labels }
  for (const name of ['controller-uid', 'batch.kubernetes.io/controller-uid']) {
    const uid = wanted[name]
    if (uid !== undefined) labels[name] = uid
  }
  const isShared = sameLabels(job.metadata.labels, spec.template.metadata.labels)
  spec.template.metadata.labels = labels
  // A job that has no labels of its own has those of its template.
  if (isShared) job.metadata.labels = { ...labels }
  spec.selector ??= {}
  const name = 'batch.kubernetes.io/controller-uid'
  spec.selector.matchLabels = { [name]: job.metadata.uid ?? '', ...spec.selector.matchLabels }
}

function sameLabels(
  a: Readonly<Record<string, string>> | undefined = {},
  b: Readonly<Record<string, string>> | undefined = {},
): boolean {
  const names = Object.keys(a)
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name])
}

export const jobs: Resource<Job> = defineResource<Job>({
  group: 'batch',
  version: 'v1',
  kind: 'Job',
  plural: 'jobs',
  categories: ['all'],
  struct: declared,
  columns: jobColumns,
  strategy: defineStrategy<Job>({
    applyDefaults: defaultJob,
    warn: warnJob,
    defaultPropagation: 'orphan',

    ...specStatus,
    prepareForCreate(job) {
      specStatus.prepareForCreate(job)
      if (!job.spec.manualSelector) generateSelector(job)
    },
    ...withMetadata<Job>(
      { namespaced: true, nameErrors: dns1123SubdomainErrors },
      {
        create: validateJob,
        update: validateJobUpdate,
        status: validateJobStatus,
        asNew: 'before',
      },
    ),
  }),
  selectableFields: {
    'status.successful': (job) => String(job.status?.succeeded ?? 0),
  },
  hasStatus: true,
})
