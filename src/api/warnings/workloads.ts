import type { DeepReadonly } from '../../base/index.ts'
import type { StatefulSet } from '../apps/index.ts'
import type { CronJob, Job } from '../batch/index.ts'
import type { PodTemplateSpec } from '../core/index.ts'
import type { KubeObject } from '../schema/index.ts'
import { nameWarnings, templateWarnings } from './pods.ts'
import { claimSpecWarnings } from './storage.ts'

const PODS = 'Pod names and hostnames'
const TEMPLATE = 'spec.template'

type Workload = DeepReadonly<KubeObject & { spec?: { template?: PodTemplateSpec } }>

/** Whether a spec is new: others have been warned of already. */
const isChanged = (object: Workload, old: Workload | undefined) =>
  object.metadata.generation !== old?.metadata.generation

/** What has a template of pods. `named`: its name becomes part of its pods' names. */
export function warnWorkload({ named }: { readonly named: boolean }) {
  return (object: Workload, old?: Workload): string[] => {
    const names = named && !old ? nameWarnings(object.metadata, PODS) : []
    if (!isChanged(object, old)) return names
    return [...names, ...templateWarnings(object.spec?.template, TEMPLATE)]
  }
}

export function warnStatefulSet(
  set: DeepReadonly<StatefulSet>,
  old?: DeepReadonly<StatefulSet>,
): string[] {
  if (old && set.metadata.generation === old.metadata.generation) return []
  const claims = set.spec?.volumeClaimTemplates ?? []
  return [
    ...templateWarnings(set.spec?.template, TEMPLATE),
    ...claims.flatMap(({ spec }, i) =>
      claimSpecWarnings(spec ?? {}, `spec.volumeClaimTemplates[${i}]`),
    ),
  ]
}

const MANY_COMPLETIONS = 100_000
const MANY_AT_ONCE = 10_000

export function warnJob(job: DeepReadonly<Job>, old?: DeepReadonly<Job>): string[] {
  const { completions = 0, parallelism = 0, completionMode, template } = job.spec ?? {}
  const names = old ? [] : nameWarnings(job.metadata, PODS)
  if (old && job.metadata.generation === old.metadata.generation) return []
  const isHuge =
    completionMode === 'Indexed' && completions > MANY_COMPLETIONS && parallelism > MANY_AT_ONCE
  const huge =
    'In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than ' +
    '10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail'
  return [...names, ...(isHuge ? [huge] : []), ...templateWarnings(template, TEMPLATE)]
}

export function warnCronJob(job: DeepReadonly<CronJob>, old?: DeepReadonly<CronJob>): string[] {
  const names = old ? [] : nameWarnings(job.metadata, PODS)
  if (old && job.metadata.generation === old.metadata.generation) return []
  const template = job.spec?.jobTemplate?.spec?.template
  return [...names, ...templateWarnings(template, 'spec.jobTemplate.spec.template')]
}
