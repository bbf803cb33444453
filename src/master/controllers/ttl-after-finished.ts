import { hasReason } from '../../base/index.ts'
import { findCondition, type Job, jobs } from '../../api/index.ts'
import type { ObjectKey, ReconcileResult } from '../../client/index.ts'
import {
  type Cached,
  type Controller,
  type ControllerContext,
  done,
  objectsOf,
  requeueAfter,
} from './runtime.ts'

/** Deletes jobs some time after they ended. */
export function ttlAfterFinishedController(context: ControllerContext): Controller {
  const informer = context.informers.for(jobs)
  const client = context.client.for(jobs)

  async function reconcile(
    key: ObjectKey,
    call: { signal: AbortSignal },
  ): Promise<ReconcileResult> {
    const job = informer.get(key)
    if (!job) return done
    const leftMs = timeLeftMs(job, context.clock.nowMs())
    if (leftMs === undefined) return done
    if (leftMs > 0) return requeueAfter(leftMs)
    // Somebody may have given it more time, which our cache does not show yet.
    try {
      const fresh = await client.get(job.metadata, call)
      const freshMs = timeLeftMs(fresh, context.clock.nowMs())
      if (freshMs === undefined || freshMs > 0) return done
      const { uid, resourceVersion } = fresh.metadata
      const preconditions = { uid, resourceVersion }
      const body = { propagationPolicy: 'Foreground', preconditions }
      await client.delete(job.metadata, body, call)
    } catch (error) {
      if (!hasReason(error, 'NotFound')) throw error
    }
    return done
  }

  return { name: 'ttl-after-finished-controller', sources: [objectsOf(informer)], reconcile }
}

/** Until the job is to go; undefined while it runs, or when it may stay. */
function timeLeftMs({ metadata, spec, status }: Cached<Job>, nowMs: number): number | undefined {
  const seconds = spec.ttlSecondsAfterFinished
  if (seconds === undefined || metadata.deletionTimestamp !== undefined) return undefined
  const ends = ['Complete', 'Failed'].map((type) => findCondition(status.conditions, type))
  const end = ends.find((condition) => condition?.status === 'True')
  if (!end?.lastTransitionTime) return undefined
  return Date.parse(end.lastTransitionTime) + seconds * 1000 - nowMs
}
