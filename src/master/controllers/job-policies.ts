import type { DeepReadonly } from '../../base/index.ts'
import {
  countIndexes,
  findCondition,
  hasIndex,
  type Indexes,
  type Job,
  parseIndexes,
  type PodFailurePolicyOnExitCodesRequirement,
  type PodFailurePolicyRule,
} from '../../api/index.ts'
import type { ReadJob, ReadPod } from './job-pods.ts'
import { failuresBefore, indexOf } from './job-pods.ts'

/** What a job's failure policy (KEP-3329) makes of a failed pod. */
export type FailureVerdict =
  | { readonly kind: 'count' }
  | { readonly kind: 'ignore' }
  | { readonly kind: 'fail-index' }
  | { readonly kind: 'fail-job'; readonly message: string }

/** The first rule that matches decides; without one the failure counts. */
export function judgeFailure({ spec }: DeepReadonly<Job>, pod: ReadPod): FailureVerdict {
  for (const [i, rule] of (spec.podFailurePolicy?.rules ?? []).entries()) {
    const match = matchRule(rule, pod)
    if (match === undefined) continue
    if (rule.action === 'Ignore') return { kind: 'ignore' }
    if (rule.action === 'FailIndex' && spec.backoffLimitPerIndex !== undefined) {
      return { kind: 'fail-index' }
    }
    if (rule.action === 'FailJob') {
      const message = `${match} matching ${rule.action} rule at index ${i}`
      return { kind: 'fail-job', message }
    }
    return { kind: 'count' }
  }
  return { kind: 'count' }
}

/** What in the pod matches, in words. */
function matchRule(rule: DeepReadonly<PodFailurePolicyRule>, pod: ReadPod): string | undefined {
  const name = `${pod.metadata.namespace}/${pod.metadata.name}`
  if (rule.onExitCodes) {
    const found = matchExitCodes(rule.onExitCodes, pod)
    if (!found) return undefined
    return `Container ${found.name} for pod ${name} failed with exit code ${found.code}`
  }
  const pattern = (rule.onPodConditions ?? []).find(
    ({ type, status }) => findCondition(pod.status?.conditions, type)?.status === status,
  )
  return pattern && `Pod ${name} has condition ${pattern.type}`
}

function matchExitCodes(
  { operator, values, containerName }: DeepReadonly<PodFailurePolicyOnExitCodesRequirement>,
  { status }: ReadPod,
): { name: string; code: number } | undefined {
  const containers = [
    ...(status?.containerStatuses ?? []),
    ...(status?.initContainerStatuses ?? []),
  ]
  for (const { name, state } of containers) {
    const code = state?.terminated?.exitCode ?? 0
    if (code === 0 || (containerName !== undefined && containerName !== name)) continue
    if (values.includes(code) === (operator === 'In')) return { name, code }
  }
  return undefined
}

/** Whether a failed pod of an indexed job was its index's last (KEP-3850). */
export function exhaustsIndex(job: ReadJob, pod: ReadPod): boolean {
  const limit = job.spec.backoffLimitPerIndex
  if (limit === undefined || indexOf(job, pod) === undefined) return false
  const verdict = judgeFailure(job, pod)
  if (verdict.kind === 'fail-index') return true
  if (verdict.kind === 'ignore') return false
  return failuresBefore(pod).counted >= limit
}

/** The first rule of the success policy (KEP-3998) that the succeeded indexes satisfy, in words. */
export function successRuleMet({ spec }: ReadJob, succeeded: Indexes): string | undefined {
  const completions = spec.completions ?? 0
  for (const [i, rule] of (spec.successPolicy?.rules ?? []).entries()) {
    const { succeededIndexes, succeededCount } = rule
    let done = countIndexes(succeeded)
    let wanted = succeededCount
    if (succeededIndexes !== undefined) {
      const named = parseIndexes(succeededIndexes, completions)
      done = 0
      for (const { first, last } of named) {
        for (let index = first; index <= last; index++) if (hasIndex(succeeded, index)) done++
      }
      wanted ??= countIndexes(named)
    }
    if (wanted !== undefined && done >= wanted) return `Matched rules at index ${i}`
  }
  return undefined
}
