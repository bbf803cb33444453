import type { DeepReadonly } from '../../base/index.ts'
import { type Job, JobSpec } from '../batch/index.ts'
import { PodTemplateSpec } from '../core/index.ts'
import type { FieldError } from '../schema/index.ts'
import { matchesLabelSelector } from '../selectors/index.ts'
import { semanticEqual } from '../strategy/equal.ts'
import { validateDomainPath } from './domain-names.ts'
import { goStringMap, invalid, notSupported, required, tooLong } from './field-errors.ts'
import { goFieldText, goLabelSelector, goText } from './go-text.ts'
import {
  validatePodFailurePolicy,
  validateReplacementPolicy,
  validateSuccessPolicy,
} from './job-policy.ts'
import { IMMUTABLE_ERROR } from './metadata.ts'
import { dns1123LabelErrors } from './names.ts'
import { nonNegative } from './pod/common.ts'
import { unmatchedLabels, validatePodTemplate } from './pod-template.ts'
import { isUsableSelector, validateLabelSelector } from './label-selector.ts'

const INDEXED_MAX = 100_000
/** With a back-off limit per index and more completions than `INDEXED_MAX`. */
const HUGE_INDEXED_MAX = 10_000
const MANAGED_BY_MAX = 63

type ReadSpec = DeepReadonly<JobSpec>

export function validateJob(job: DeepReadonly<Job>): FieldError[] {
  const errors = [...validateGeneratedSelector(job), ...validateJobSpec(job.spec)]
  const { completionMode, completions } = job.spec
  if (completionMode === 'Indexed' && completions !== undefined && completions > 0) {
    const hostname = `${job.metadata.name ?? ''}-${completions - 1}`
    if (dns1123LabelErrors(hostname).length > 0) {
      const detail = `will not able to create pod with invalid DNS label: ${hostname}`
      errors.push(invalid('metadata.name', job.metadata.name, detail))
    }
  }
  return errors
}

/** The labels that the server gives a job's pods, and selects them by. */
export function jobLabels(job: DeepReadonly<Job>): Record<string, string> {
  const { uid = '', name = '' } = job.metadata
  return {
    'controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
  }
}

function validateGeneratedSelector(job: DeepReadonly<Job>): FieldError[] {
  const { manualSelector, selector, template } = job.spec
  if (manualSelector || !selector) return []
  const errors: FieldError[] = []
  const expected = jobLabels(job)
  const labels = template?.metadata?.labels ?? {}
  for (const [name, value] of Object.entries(expected)) {
    const field = `spec.template.metadata.labels[${name}]`
    const detail = `must be '${value}'`
    if (!(name in labels)) errors.push(required(field, detail))
    else if (labels[name] !== value) errors.push(invalid(field, goStringMap(labels), detail))
  }
  if (isUsableSelector(selector) && !matchesLabelSelector(selector, expected)) {
    const shown = goLabelSelector(selector)
    errors.push(invalid('spec.selector', shown, '`selector` not auto-generated'))
  }
  return errors
}

function validateJobSpec(spec: ReadSpec): FieldError[] {
  const errors = validateJobParts(spec, 'spec')
  if (!spec.selector) errors.push(required('spec.selector'))
  else errors.push(...validateLabelSelector(spec.selector, 'spec.selector'))
  const isUsable = !spec.selector || isUsableSelector(spec.selector)
  if (isUsable && !matchesLabelSelector(spec.selector, spec.template?.metadata?.labels ?? {})) {
    errors.push(unmatchedLabels(spec.template, 'spec.template'))
  }
  return errors
}

/** What jobs have in common with the templates of jobs in cron jobs. */
export function validateJobParts(spec: ReadSpec, path: string): FieldError[] {
  const counts = [
    'parallelism',
    'completions',
    'activeDeadlineSeconds',
    'backoffLimit',
    'ttlSecondsAfterFinished',
    'backoffLimitPerIndex',
    'maxFailedIndexes',
  ] as const
  const errors = counts.flatMap((name) => nonNegative(`${path}.${name}`, spec[name]))
  if (spec.maxFailedIndexes !== undefined && spec.backoffLimitPerIndex === undefined) {
    errors.push(required(`${path}.backoffLimitPerIndex`, 'when maxFailedIndexes is specified'))
  }
  errors.push(...validateManagedBy(spec.managedBy, `${path}.managedBy`))
  errors.push(...validateCompletionMode(spec, path))
  if (spec.podFailurePolicy) {
    errors.push(...validatePodFailurePolicy(spec, `${path}.podFailurePolicy`))
  }
  if (spec.successPolicy) {
    if (spec.completionMode !== 'Indexed') {
      const shown = goFieldText(JobSpec, 'successPolicy', spec.successPolicy)
      errors.push(invalid(`${path}.successPolicy`, shown, 'requires indexed completion mode'))
    } else errors.push(...validateSuccessPolicy(spec, `${path}.successPolicy`))
  }
  errors.push(...validateReplacementPolicy(spec, `${path}.podReplacementPolicy`))
  errors.push(...validatePodTemplate(spec.template, `${path}.template`))
  errors.push(...validateRestartPolicy(spec, `${path}.template.spec.restartPolicy`))
  return errors
}

function validateManagedBy(managedBy: string | undefined, path: string): FieldError[] {
  if (managedBy === undefined) return []
  const errors = validateDomainPath(path, managedBy)
  if (managedBy.length > MANAGED_BY_MAX) errors.push(tooLong(path, MANAGED_BY_MAX))
  return errors
}

function validateCompletionMode(spec: ReadSpec, path: string): FieldError[] {
  const { completionMode: mode, completions, parallelism, maxFailedIndexes: maxFailed } = spec
  const perIndex = spec.backoffLimitPerIndex
  const errors: FieldError[] = []
  const atMost = (name: 'parallelism' | 'maxFailedIndexes', max: number, when = '') => {
    const value = spec[name]
    if (value === undefined || value <= max) return
    errors.push(invalid(`${path}.${name}`, value, `must be less than or equal to ${max}${when}`))
  }
  if (mode !== undefined && mode !== 'NonIndexed' && mode !== 'Indexed') {
    errors.push(notSupported(`${path}.completionMode`, mode, ['NonIndexed', 'Indexed']))
  }
  if (mode === 'Indexed') {
    if (completions === undefined) {
      errors.push(required(`${path}.completions`, 'when completion mode is Indexed'))
    }
    atMost('parallelism', INDEXED_MAX, ' when completion mode is Indexed')
    if (completions !== undefined && maxFailed !== undefined && maxFailed > completions) {
      const detail = 'must be less than or equal to completions'
      errors.push(invalid(`${path}.maxFailedIndexes`, maxFailed, detail))
    }
    atMost('maxFailedIndexes', INDEXED_MAX)
    if (completions !== undefined && completions > INDEXED_MAX && perIndex !== undefined) {
      if (maxFailed === undefined) {
        const detail = `must be specified when completions is above ${INDEXED_MAX}`
        errors.push(required(`${path}.maxFailedIndexes`, detail))
      }
      const when = ` when completions are above ${INDEXED_MAX} and used with backoff limit per index`
      if (parallelism !== undefined) atMost('parallelism', HUGE_INDEXED_MAX, when)
      atMost('maxFailedIndexes', HUGE_INDEXED_MAX, when)
    }
  }
  if (mode !== undefined && mode !== 'NonIndexed') return errors
  for (const name of ['backoffLimitPerIndex', 'maxFailedIndexes'] as const) {
    const value = spec[name]
    if (value === undefined) continue
    errors.push(invalid(`${path}.${name}`, value, 'requires indexed completion mode'))
  }
  return errors
}

function validateRestartPolicy(spec: ReadSpec, path: string): FieldError[] {
  const policy = spec.template?.spec?.restartPolicy ?? ''
  if (policy === '' || policy === 'Always') {
    return [required(path, 'valid values: "OnFailure", "Never"')]
  }
  if (policy !== 'OnFailure' && policy !== 'Never') {
    return [notSupported(path, policy, ['OnFailure', 'Never'])]
  }
  if (!spec.podFailurePolicy || policy === 'Never') return []
  const detail = 'only "Never" is supported when podFailurePolicy is specified'
  return [invalid(path, policy, detail)]
}

/** Upstream looks at the whole job first, as at a new one, and then at what has changed. */
export function validateJobUpdate(job: DeepReadonly<Job>, old: DeepReadonly<Job>): FieldError[] {
  const [spec, before] = [job.spec, old.spec]
  const errors = [...validateJobSpec(spec), ...validateCompletions(spec, before)]
  const kept = (name: keyof JobSpec) => {
    if (semanticEqual(spec[name], before[name])) return
    errors.push(invalid(`spec.${name}`, goFieldText(JobSpec, name, spec[name]), IMMUTABLE_ERROR))
  }
  kept('selector')
  if (!semanticEqual(spec.template, comparableTemplate(job, old))) {
    const shown = goText(PodTemplateSpec, spec.template)
    errors.push(invalid('spec.template', shown, IMMUTABLE_ERROR))
  }
  kept('completionMode')
  kept('podFailurePolicy')
  kept('backoffLimitPerIndex')
  kept('managedBy')
  kept('successPolicy')
  return errors
}

/** KEP-3715: an indexed job may grow, all of it at once. */
function validateCompletions(spec: ReadSpec, old: ReadSpec): FieldError[] {
  if (spec.completions === old.completions) return []
  const field = 'spec.completions'
  if (spec.completionMode !== 'Indexed') {
    return [invalid(field, spec.completions, IMMUTABLE_ERROR)]
  }
  // That an indexed job must have a number is said already.
  if (spec.completions === undefined || spec.completions === spec.parallelism) return []
  const detail = 'can only be modified in tandem with spec.parallelism'
  return [invalid(field, spec.completions, detail)]
}

/** KEP-2926: while a job waits for its first start, it may be told where its pods are to run. */
function comparableTemplate(
  job: DeepReadonly<Job>,
  old: DeepReadonly<Job>,
): DeepReadonly<PodTemplateSpec> {
  const before = old.spec.template
  const mayMove = old.spec.suspend === true && !old.status?.startTime
  const { template } = job.spec
  if (!mayMove || !before.spec || !template.spec) return before
  const { nodeSelector, tolerations, schedulingGates, affinity } = template.spec
  const nodeAffinity = affinity?.nodeAffinity
  const { nodeAffinity: _, ...otherAffinity } = before.spec.affinity ?? {}
  const hasAffinity = affinity !== undefined || Object.keys(otherAffinity).length > 0
  const { labels, annotations } = template.metadata ?? {}
  return {
    metadata: { ...before.metadata, labels, annotations },
    spec: {
      ...before.spec,
      nodeSelector,
      tolerations,
      schedulingGates,
      affinity: hasAffinity ? { ...otherAffinity, nodeAffinity } : undefined,
    },
  } as DeepReadonly<PodTemplateSpec>
}
