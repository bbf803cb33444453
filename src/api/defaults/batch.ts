import type { CronJob, Job, PodFailurePolicy } from '../batch/index.ts'
import { defaultPodTemplate } from './pod.ts'

const BACKOFF_LIMIT = 6
/** With a limit per index there is none for the whole. */
const NO_LIMIT = 2 ** 31 - 1

export function defaultJob(job: Job): void {
  job.spec ??= { template: { metadata: {} } }
  const { spec } = job
  spec.template ??= { metadata: {} }
  defaultPodTemplate(spec.template)
  const { labels } = spec.template.metadata
  const own = job.metadata.labels
  if (labels && Object.keys(own ?? {}).length === 0) job.metadata.labels = { ...labels }
  if (spec.completions === undefined && spec.parallelism === undefined) spec.completions = 1
  spec.parallelism ??= 1
  spec.backoffLimit ??= spec.backoffLimitPerIndex === undefined ? BACKOFF_LIMIT : NO_LIMIT
  spec.completionMode ??= 'NonIndexed'
  spec.suspend ??= false
  spec.manualSelector ??= false
  if (spec.podFailurePolicy) defaultPatterns(spec.podFailurePolicy)
  spec.podReplacementPolicy ??= spec.podFailurePolicy ? 'Failed' : 'TerminatingOrFailed'
}

function defaultPatterns(policy: PodFailurePolicy): void {
  for (const rule of policy.rules ?? []) {
    for (const pattern of rule.onPodConditions ?? []) pattern.status ||= 'True'
  }
}

export function defaultCronJob(cronJob: CronJob): void {
  const { spec } = cronJob
  spec.jobTemplate ??= { metadata: {} }
  const { jobTemplate } = spec
  jobTemplate.metadata ??= {}
  jobTemplate.spec ??= { template: { metadata: {} } }
  jobTemplate.spec.template ??= { metadata: {} }
  defaultPodTemplate(jobTemplate.spec.template)
  spec.concurrencyPolicy ||= 'Allow'
  spec.suspend ??= false
  spec.successfulJobsHistoryLimit ??= 3
  spec.failedJobsHistoryLimit ??= 1
}
