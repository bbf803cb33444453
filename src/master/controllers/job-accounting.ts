import {
  countIndexes,
  formatIndexes,
  type Indexes,
  type JobStatus,
  parseIndexes,
  withIndexes,
} from '../../api/index.ts'
import { exhaustsIndex, judgeFailure } from './job-policies.ts'
import {
  failuresBefore,
  hasFailed,
  hasSucceeded,
  indexOf,
  isIndexed,
  isTracked,
  type ReadJob,
  type ReadPod,
} from './job-pods.ts'

/** UIDs that one status may hold at once. */
const UNCOUNTED_MAX = 500

/** The ends of a job's pods, as its status has them or is to have them. */
export interface Account {
  /** Totals, those included that wait in `uncounted`. */
  readonly succeeded: number
  readonly failed: number
  readonly succeededIndexes: Indexes
  readonly failedIndexes: Indexes
  /** Pods whose end is new, for the back-off. */
  readonly newSucceeded: readonly ReadPod[]
  readonly newFailed: readonly ReadPod[]
  /** Of each index that may be tried again: its last failed pod, which knows how often. */
  readonly lastFailures: ReadonlyMap<number, ReadPod>
  readonly status: Pick<
    JobStatus,
    'succeeded' | 'failed' | 'completedIndexes' | 'failedIndexes' | 'uncountedTerminatedPods'
  >
  /** Pods that nothing holds any longer, once the status is written. */
  readonly released: readonly ReadPod[]
}

/** How far a job is on its way out. */
export interface Ending {
  /** It is being deleted. */
  readonly goes: boolean
  /**
   * How it ends: no pod will be followed by another. `told`: all that ran were told to go. Those of
   * a failed job count as failures, those that a successful one does not need as nothing.
   */
  readonly decided?: { readonly kind: 'failed' | 'complete'; readonly told: boolean }
}

/**
 * Accounts for pods in two steps, so that none is lost and none counted twice, whatever fails in
 * between (KEP-2307): first the pod's UID stands in the status, then its finalizer goes, and when
 * that is seen the UID gives way to a count. An index that succeeded is its own witness.
 */
export function accountFor(job: ReadJob, pods: readonly ReadPod[], ending: Ending): Account {
  return new Accountant(job, pods, ending).account()
}

class Accountant {
  readonly #job: ReadJob
  readonly #pods: readonly ReadPod[]
  readonly #ending: Ending
  readonly #waiting: { succeeded: string[]; failed: string[] }
  readonly #counted: { succeeded: number; failed: number }
  readonly #newSucceeded: ReadPod[] = []
  readonly #newFailed: ReadPod[] = []
  readonly #released: ReadPod[] = []
  /** Ends that are not in the status yet, because it is full or their index is to be tried again. */
  readonly #unwritten = { succeeded: 0, failed: 0 }

  constructor(job: ReadJob, pods: readonly ReadPod[], ending: Ending) {
    this.#job = job
    this.#pods = pods
    this.#ending = ending
    const tracked = new Set(pods.filter(isTracked).map((pod) => pod.metadata.uid))
    const { succeeded = [], failed = [] } = job.status.uncountedTerminatedPods ?? {}
    this.#waiting = {
      succeeded: succeeded.filter((uid) => tracked.has(uid)),
      failed: failed.filter((uid) => tracked.has(uid)),
    }
    this.#counted = {
      succeeded: (job.status.succeeded ?? 0) + succeeded.length - this.#waiting.succeeded.length,
      failed: (job.status.failed ?? 0) + failed.length - this.#waiting.failed.length,
    }
  }

  account(): Account {
    const job = this.#job
    const completions = job.spec.completions ?? 0
    const before = isIndexed(job) ? parseIndexes(job.status.completedIndexes, completions) : []
    const succeededIndexes = withIndexes(before, this.#indexesOf(hasSucceeded))
    const failedIndexes = this.#failedIndexes(completions)
    const lastFailures = this.#lastFailures(succeededIndexes, failedIndexes)
    const held = new Set(lastFailures.values())
    for (const pod of this.#pods) if (isTracked(pod)) this.#consider(pod, held.has(pod))
    const indexedTotal = countIndexes(succeededIndexes)
    const perIndex = job.spec.backoffLimitPerIndex !== undefined
    const { succeeded, failed } = this.#waiting
    const total = isIndexed(job) ? indexedTotal : this.#counted.succeeded
    const waiting = isIndexed(job) ? 0 : succeeded.length + this.#unwritten.succeeded
    const indexText = formatIndexes(succeededIndexes)
    return {
      succeeded: total + waiting,
      failed: this.#counted.failed + failed.length + this.#unwritten.failed,
      succeededIndexes,
      failedIndexes,
      newSucceeded: this.#newSucceeded,
      newFailed: this.#newFailed,
      lastFailures,
      released: this.#released,
      status: {
        ...(total > 0 && { succeeded: total }),
        ...(this.#counted.failed > 0 && { failed: this.#counted.failed }),
        ...(indexText !== '' && { completedIndexes: indexText }),
        ...(perIndex && { failedIndexes: formatIndexes(failedIndexes) }),
        uncountedTerminatedPods: {
          ...(succeeded.length > 0 && { succeeded }),
          ...(failed.length > 0 && { failed }),
        },
      },
    }
  }

  #consider(pod: ReadPod, isHeld: boolean): void {
    const { uid } = pod.metadata
    const failed = hasFailed(this.#job, pod)
    if (isIndexed(this.#job) && indexOf(this.#job, pod) === undefined) this.#noteStray(pod, failed)
    else if (hasSucceeded(pod)) this.#noteSuccess(pod, uid)
    else if (failed) this.#noteFailure(pod, uid, isHeld)
    else if (this.#ending.decided?.told) this.#noteLeftover(pod, uid)
    else if (this.#ending.goes) this.#released.push(pod)
  }

  #noteSuccess(pod: ReadPod, uid: string): void {
    if (isIndexed(this.#job)) {
      this.#newSucceeded.push(pod)
      this.#released.push(pod)
      return
    }
    if (!this.#waiting.succeeded.includes(uid)) {
      this.#newSucceeded.push(pod)
      if (!this.#write('succeeded', uid)) return
    }
    this.#released.push(pod)
  }

  #noteFailure(pod: ReadPod, uid: string, isHeld: boolean): void {
    if (this.#waiting.failed.includes(uid)) {
      this.#released.push(pod)
      return
    }
    this.#newFailed.push(pod)
    const counts = judgeFailure(this.#job, pod).kind !== 'ignore'
    if (isHeld && !this.#ending.decided && !this.#ending.goes) {
      if (counts) this.#unwritten.failed++
      return
    }
    if (counts && !this.#write('failed', uid)) return
    this.#released.push(pod)
  }

  /** The end of a pod that has no index among the completions is nothing to an indexed job. */
  #noteStray(pod: ReadPod, failed: boolean): void {
    const { goes, decided } = this.#ending
    if (failed || hasSucceeded(pod) || goes || decided?.told) this.#released.push(pod)
  }

  #noteLeftover(pod: ReadPod, uid: string): void {
    if (this.#ending.decided?.kind === 'failed') this.#noteFailure(pod, uid, false)
    else this.#released.push(pod)
  }

  #write(kind: 'succeeded' | 'failed', uid: string): boolean {
    const { succeeded, failed } = this.#waiting
    if (succeeded.length + failed.length >= UNCOUNTED_MAX) {
      this.#unwritten[kind]++
      return false
    }
    this.#waiting[kind].push(uid)
    return true
  }

  *#indexesOf(is: (pod: ReadPod) => boolean): Iterable<number> {
    if (!isIndexed(this.#job)) return
    for (const pod of this.#pods) {
      const index = is(pod) && isTracked(pod) ? indexOf(this.#job, pod) : undefined
      if (index !== undefined) yield index
    }
  }

  #failedIndexes(completions: number): Indexes {
    if (this.#job.spec.backoffLimitPerIndex === undefined) return []
    const before = parseIndexes(this.#job.status.failedIndexes, completions)
    const job = this.#job
    return withIndexes(
      before,
      this.#indexesOf((pod) => hasFailed(job, pod) && exhaustsIndex(job, pod)),
    )
  }

  #lastFailures(succeeded: Indexes, failed: Indexes): Map<number, ReadPod> {
    const last = new Map<number, ReadPod>()
    const job = this.#job
    if (job.spec.backoffLimitPerIndex === undefined) return last
    const over = (index: number) =>
      [...succeeded, ...failed].some(({ first, last: end }) => first <= index && index <= end)
    const times = (pod: ReadPod) => failuresBefore(pod).counted + failuresBefore(pod).ignored
    for (const pod of this.#pods) {
      const index = indexOf(job, pod)
      if (index === undefined || !isTracked(pod) || !hasFailed(job, pod) || over(index)) continue
      const other = last.get(index)
      if (!other || times(other) < times(pod)) last.set(index, pod)
    }
    // A pod that follows carries the count on: then the failed one may go.
    for (const pod of this.#pods) {
      const index = indexOf(job, pod)
      const before = index === undefined ? undefined : last.get(index)
      if (index === undefined || !before || hasFailed(job, pod)) continue
      if (times(pod) > times(before)) last.delete(index)
    }
    return last
  }
}
