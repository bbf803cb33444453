import type { DeepReadonly } from '../../base/index.ts'
import { type EnvVar, type Job, jobs, type Pod } from '../../api/index.ts'
import { podFromTemplate } from './pod-control.ts'
import type { Cached } from './runtime.ts'

/** Holds a pod until its end is in the job's status. */
export const TRACKING_FINALIZER = 'batch.kubernetes.io/job-tracking'
export const INDEX_LABEL = 'batch.kubernetes.io/job-completion-index'
const FAILURES = 'batch.kubernetes.io/job-index-failure-count'
const IGNORED_FAILURES = 'batch.kubernetes.io/job-index-ignored-failure-count'
const INDEX_VARIABLE = 'JOB_COMPLETION_INDEX'

export type ReadJob = Cached<Job>
export type ReadPod = Cached<Pod>

export const isIndexed = ({ spec }: DeepReadonly<Job>) => spec.completionMode === 'Indexed'
export const isSuspended = ({ spec }: DeepReadonly<Job>) => spec.suspend === true
export const isTracked = ({ metadata }: ReadPod) =>
  metadata.finalizers?.includes(TRACKING_FINALIZER) ?? false
export const isTerminating = ({ metadata }: ReadPod) => metadata.deletionTimestamp !== undefined
export const hasSucceeded = ({ status }: ReadPod) => status?.phase === 'Succeeded'

/** KEP-3939: whether a pod that is going is replaced only once it is over. */
export function waitsForEnd({ spec }: DeepReadonly<Job>): boolean {
  return spec.podReplacementPolicy === 'Failed' || spec.podFailurePolicy !== undefined
}

/** Whether the pod counts as a failure: one that is deleted may never come to say so itself. */
export function hasFailed(job: DeepReadonly<Job>, pod: ReadPod): boolean {
  if (pod.status?.phase === 'Failed') return true
  return !waitsForEnd(job) && isTerminating(pod) && !hasSucceeded(pod)
}

/** The index that a pod works on; undefined where it has none below the completions. */
export function indexOf(job: DeepReadonly<Job>, pod: ReadPod): number | undefined {
  const text = pod.metadata.annotations?.[INDEX_LABEL] ?? pod.metadata.labels?.[INDEX_LABEL]
  if (text === undefined || !/^\d+$/.test(text)) return undefined
  const index = Number(text)
  return index < (job.spec.completions ?? 0) ? index : undefined
}

export interface IndexFailures {
  /** Those that count. */
  readonly counted: number
  /** Those that the failure policy ignores; they make the next pod wait all the same. */
  readonly ignored: number
}

/** How often the index had failed before this pod. */
export function failuresBefore({ metadata }: ReadPod): IndexFailures {
  const { annotations = {} } = metadata
  const number = (name: string) => Number.parseInt(annotations[name] ?? '0', 10) || 0
  return { counted: number(FAILURES), ignored: number(IGNORED_FAILURES) }
}

/** When the pod ended, as far as can be told. */
export function endedMs({ metadata, status }: ReadPod, nowMs: number): number {
  const ends = (status?.containerStatuses ?? []).map((container) =>
    Date.parse(container.state?.terminated?.finishedAt ?? ''),
  )
  const last = Math.max(...ends.filter((ms) => !Number.isNaN(ms)))
  if (Number.isFinite(last)) return last
  return metadata.deletionTimestamp ? Date.parse(metadata.deletionTimestamp) : nowMs
}

/** A pod of the job, for an index if it has one. */
export function makeJobPod(
  job: ReadJob,
  of: { index: number | undefined; failures: IndexFailures | undefined },
): Pod {
  const pod = podFromTemplate(job.spec.template, job, jobs)
  const { metadata, spec } = pod
  metadata.finalizers = [...new Set([...(metadata.finalizers ?? []), TRACKING_FINALIZER])]
  if (of.index === undefined) return pod
  const text = String(of.index)
  metadata.generateName = `${job.metadata.name}-${text}-`
  metadata.labels = { ...metadata.labels, [INDEX_LABEL]: text }
  metadata.annotations = { ...metadata.annotations, [INDEX_LABEL]: text }
  if (of.failures) {
    metadata.annotations[FAILURES] = String(of.failures.counted)
    if (of.failures.ignored > 0) {
      metadata.annotations[IGNORED_FAILURES] = String(of.failures.ignored)
    }
  }
  spec.hostname = `${job.metadata.name}-${text}`
  const fieldPath = `metadata.labels['${INDEX_LABEL}']`
  const variable: EnvVar = { name: INDEX_VARIABLE, valueFrom: { fieldRef: { fieldPath } } }
  for (const container of [...(spec.initContainers ?? []), ...spec.containers]) {
    if (container.env?.some(({ name }) => name === INDEX_VARIABLE)) continue
    container.env = [...(container.env ?? []), structuredClone(variable)]
  }
  return pod
}
