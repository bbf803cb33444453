import { hasIndex, withIndexes } from '../../api/index.ts'
import type { Account } from './job-accounting.ts'
import {
  type BackoffOptions,
  type BackoffRecord,
  failuresAfter,
  indexRemainingMs,
  remainingMs,
} from './job-backoff.ts'
import {
  type IndexFailures,
  indexOf,
  isIndexed,
  isSuspended,
  isTerminating,
  type ReadJob,
  type ReadPod,
  waitsForEnd,
} from './job-pods.ts'
import { podsToDelete } from './replica-set-plan.ts'

/** Pods created or deleted in one reconciliation (upstream's `MaxPodCreateDeletePerSync`). */
const BURST = 500

export interface NewPod {
  readonly index: number | undefined
  readonly failures: IndexFailures | undefined
}

export interface PodPlan {
  readonly create: readonly NewPod[]
  readonly delete: readonly ReadPod[]
  /** When pods that wait for their back-off may be made. */
  readonly waitMs?: number
}

const NOTHING: PodPlan = { create: [], delete: [] }

/** Which pods are to be made or to go. Never both at once, as upstream. */
export function planJobPods(
  job: ReadJob,
  of: {
    pods: readonly ReadPod[]
    active: readonly ReadPod[]
    account: Account
    record: BackoffRecord
    backoff: BackoffOptions
    nowMs: number
  },
): PodPlan {
  const { active, account, nowMs } = of
  if (isSuspended(job)) return { create: [], delete: active.slice(0, BURST) }
  const wanted = wantedActive(job, account, active.length)
  const surplus = surplusPods(job, active, { wanted, account, nowMs })
  if (surplus.length > 0) return { create: [], delete: surplus.slice(0, BURST) }
  const going = of.pods.filter((pod) => isTerminating(pod) && isRunningStill(pod))
  const blocking = waitsForEnd(job) ? going : []
  const missing = Math.min(wanted - active.length - blocking.length, BURST)
  if (missing <= 0) return NOTHING
  const perIndex = job.spec.backoffLimitPerIndex !== undefined
  if (!perIndex) {
    const waitMs = remainingMs(of.record, of.backoff, nowMs)
    if (waitMs > 0) return { ...NOTHING, waitMs }
  }
  if (!isIndexed(job)) {
    const pod: NewPod = { index: undefined, failures: undefined }
    return { create: Array.from({ length: missing }, () => pod), delete: [] }
  }
  const indexes = freeIndexes(job, [...active, ...blocking], account, missing)
  return planIndexes(job, indexes, of)
}

const isRunningStill = ({ status }: ReadPod) =>
  status?.phase !== 'Succeeded' && status?.phase !== 'Failed'

function wantedActive(job: ReadJob, account: Account, active: number): number {
  const { parallelism = 1, completions } = job.spec
  // Without a number, the first success ends it: what runs may run on, and nothing new begins.
  if (completions === undefined) return account.succeeded > 0 ? active : parallelism
  return Math.max(0, Math.min(parallelism, completions - account.succeeded))
}

function surplusPods(
  job: ReadJob,
  active: readonly ReadPod[],
  of: { wanted: number; account: Account; nowMs: number },
): readonly ReadPod[] {
  const surplus: ReadPod[] = []
  let rest = active
  if (isIndexed(job)) {
    const taken = new Set<number>()
    rest = [...active]
      .sort((a, b) => (a.metadata.creationTimestamp < b.metadata.creationTimestamp ? -1 : 1))
      .filter((pod) => {
        const index = indexOf(job, pod)
        const fits = index !== undefined && !taken.has(index) && !isOver(of.account, index)
        if (index !== undefined) taken.add(index)
        if (!fits) surplus.push(pod)
        return fits
      })
  }
  const count = rest.length - of.wanted
  if (count <= 0) return surplus
  return [...surplus, ...podsToDelete(rest, active, { count, nowMs: of.nowMs })]
}

const isOver = (account: Account, index: number) =>
  hasIndex(account.succeededIndexes, index) || hasIndex(account.failedIndexes, index)

function freeIndexes(
  job: ReadJob,
  busyPods: readonly ReadPod[],
  account: Account,
  count: number,
): number[] {
  const busy = busyPods
    .map((pod) => indexOf(job, pod))
    .filter((index): index is number => index !== undefined)
  const over = [...account.succeededIndexes, ...account.failedIndexes]
  const taken = over.reduce(
    (all, { first, last }) => {
      all.push({ first, last })
      return all
    },
    [...withIndexes([], busy)],
  )
  const sorted = taken.sort((a, b) => a.first - b.first)
  const free: number[] = []
  let next = 0
  const fill = (end: number) => {
    for (; next < end && free.length < count; next++) free.push(next)
  }
  for (const { first, last } of sorted) {
    fill(first)
    next = Math.max(next, last + 1)
  }
  fill(job.spec.completions ?? 0)
  return free
}

/** Each index that has a limit of its own also waits for itself. */
function planIndexes(
  job: ReadJob,
  indexes: readonly number[],
  of: { account: Account; backoff: BackoffOptions; nowMs: number },
): PodPlan {
  const perIndex = job.spec.backoffLimitPerIndex !== undefined
  const create: NewPod[] = []
  let waitMs: number | undefined
  for (const index of indexes) {
    const before = of.account.lastFailures.get(index)
    const leftMs = before ? indexRemainingMs(job, before, of.backoff, of.nowMs) : 0
    if (leftMs > 0) {
      waitMs = Math.min(waitMs ?? Infinity, leftMs)
      continue
    }
    const none = { counted: 0, ignored: 0 }
    const failures = before ? failuresAfter(job, before) : perIndex ? none : undefined
    create.push({ index, failures })
  }
  return { create, delete: [], ...(waitMs !== undefined && { waitMs }) }
}
