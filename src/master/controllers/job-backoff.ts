import {
  endedMs,
  failuresBefore,
  type IndexFailures,
  type ReadJob,
  type ReadPod,
} from './job-pods.ts'
import { judgeFailure } from './job-policies.ts'

/** How long a job waits after a failure: twice as long after each, up to a bound. */
export interface BackoffOptions {
  readonly firstMs: number
  readonly maxMs: number
}

export const JOB_BACKOFF: BackoffOptions = { firstMs: 10_000, maxMs: 10 * 60_000 }

/** The failures of a job since its last success. */
export interface BackoffRecord {
  readonly failures: number
  readonly lastFailureMs: number
  /** UIDs of the pods that it knows of and that are still there. */
  readonly seen: ReadonlySet<string>
}

export const NO_FAILURES: BackoffRecord = { failures: 0, lastFailureMs: 0, seen: new Set() }

/** What ends in the future, by a clock that is ahead of ours or was set back, has ended now. */
export function nextRecord(
  record: BackoffRecord,
  ended: { succeeded: readonly ReadPod[]; failed: readonly ReadPod[] },
  nowMs: number,
): BackoffRecord {
  const seen = new Set<string>()
  let { failures } = record
  let lastFailureMs = Math.min(record.lastFailureMs, nowMs)
  const ends = [
    ...ended.succeeded.map((pod) => ({ pod, ok: true })),
    ...ended.failed.map((pod) => ({ pod, ok: false })),
  ].map((end) => ({ ...end, atMs: Math.min(endedMs(end.pod, nowMs), nowMs) }))
  for (const { pod, ok, atMs } of ends.sort((a, b) => a.atMs - b.atMs)) {
    seen.add(pod.metadata.uid)
    if (record.seen.has(pod.metadata.uid)) continue
    failures = ok ? 0 : failures + 1
    if (!ok) lastFailureMs = Math.max(lastFailureMs, atMs)
  }
  return { failures, lastFailureMs, seen }
}

export function remainingMs(
  of: { failures: number; lastFailureMs: number },
  options: BackoffOptions,
  nowMs: number,
): number {
  if (of.failures <= 0) return 0
  const waitMs = Math.min(options.maxMs, options.firstMs * 2 ** (of.failures - 1))
  return Math.max(0, of.lastFailureMs + waitMs - nowMs)
}

/** What the pod after this one is told of the failures of their index. */
export function failuresAfter(job: ReadJob, pod: ReadPod): IndexFailures {
  const { counted, ignored } = failuresBefore(pod)
  return judgeFailure(job, pod).kind === 'ignore'
    ? { counted, ignored: ignored + 1 }
    : { counted: counted + 1, ignored }
}

/** How long an index waits that has a limit of its own. */
export function indexRemainingMs(
  job: ReadJob,
  pod: ReadPod,
  options: BackoffOptions,
  nowMs: number,
): number {
  const { counted, ignored } = failuresAfter(job, pod)
  const lastFailureMs = endedMs(pod, nowMs)
  return remainingMs({ failures: counted + ignored, lastFailureMs }, options, nowMs)
}
