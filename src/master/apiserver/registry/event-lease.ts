import type { Clock } from '../../../base/index.ts'
import type { Kv, LeaseId } from '../../../kv/index.ts'

/** One lease for all keys of this long: leases cost more than keys (kube-apiserver does the same). */
const REUSE_MS = 60_000

/** Leases for objects that live for a time only, such as events. */
export function leaseFor(options: {
  kv: Kv
  clock: Clock
  ttlSeconds: number
}): () => Promise<LeaseId> {
  let current: { readonly lease: Promise<LeaseId>; readonly untilMs: number } | undefined
  return () => {
    const nowMs = options.clock.monotonicMs()
    if (current && nowMs < current.untilMs) return current.lease
    const lease = options.kv.leaseGrant(options.ttlSeconds + REUSE_MS / 1000)
    current = { lease, untilMs: nowMs + REUSE_MS }
    // A lease that could not be had is asked for again by the next.
    lease.catch(() => {
      current = undefined
    })
    return lease
  }
}
