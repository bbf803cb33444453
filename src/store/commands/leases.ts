import { etcdserverpb as pb } from '../../gen/etcd.js'
import { checkAlarms } from '../alarms/index.ts'
import { decodeLease, decodeLeases, encodeLease } from '../lease/index.ts'
import { stateErrors } from '../mvcc/index.ts'
import { Tag } from '../payload.ts'
import type { Command, CommandContext, Outcome } from './command.ts'

/** Commands about leases. */
export const leaseCommands = {
  [Tag.leaseGrant]: (payload, { leases, backend, mvcc, alarms, index, nowMs, counts }) => {
    checkAlarms(alarms, { grows: true })
    const { ID: id, TTL: ttlSeconds } = pb.LeaseGrantRequest.decode(payload.subarray(1))
    if (leases.has(id)) throw stateErrors.leaseExists()
    const lease = { id, ttlSeconds, renewedIndex: index, remainingSeconds: 0 }
    leases.grant(lease, nowMs())
    counts.leasesGranted++
    counts.onLeaseGranted?.(ttlSeconds)
    backend.set('lease', leaseKey(id), encodeLease(lease))
    return { kind: 'lease', revision: mvcc.revision, id, ttlSeconds }
  },

  [Tag.leaseRevoke]: (payload, on) => {
    const { ID: id } = pb.LeaseRevokeRequest.decode(payload.subarray(1))
    checkAlarms(on.alarms, { grows: false })
    on.admission.leaseWrite(on.who, id)
    return revoke(id, on)
  },

  [Tag.leaseRenew]: (payload, { leases, backend, mvcc, index, nowMs, counts }) => {
    const { ID: id } = pb.LeaseKeepAliveRequest.decode(payload.subarray(1))
    const lease = leases.renew(id, { index, nowMs: nowMs() })
    if (!lease) throw stateErrors.leaseNotFound()
    counts.leasesRenewed++
    backend.set('lease', leaseKey(id), encodeLease(lease))
    return { kind: 'lease', revision: mvcc.revision, id, ttlSeconds: lease.ttlSeconds }
  },

  // What the leader has counted down so far outlives restarts and leaders.
  [Tag.leaseCheckpoint]: (payload, { leases, backend, mvcc, nowMs }) => {
    for (const noted of decodeLeases(payload.subarray(1))) {
      const lease = leases.checkpoint(noted, nowMs())
      if (lease) backend.set('lease', leaseKey(lease.id), encodeLease(lease))
    }
    return { kind: 'lease', revision: mvcc.revision, id: 0n, ttlSeconds: 0 }
  },

  // The leader found a lease expired. A renewal that came into the log before was acknowledged, so
  // the lease lives on.
  [Tag.leaseExpire]: (payload, on) => {
    const { id, ttlSeconds, renewedIndex } = decodeLease(payload.subarray(1))
    if (on.leases.get(id)?.renewedIndex === renewedIndex) {
      on.counts.leasesExpired++
      return revoke(id, on)
    }
    return { kind: 'lease', revision: on.mvcc.revision, id, ttlSeconds }
  },
} satisfies Partial<Record<Tag, Command>>

function revoke(id: bigint, { leases, mvcc, backend, counts }: CommandContext): Outcome {
  const keys = leases.revoke(id)
  if (!keys) throw stateErrors.leaseNotFound()
  counts.leasesRevoked++
  for (const key of keys) mvcc.deleteRange({ from: key, to: undefined })
  backend.set('lease', leaseKey(id), undefined)
  return { kind: 'lease', revision: mvcc.revision, id, ttlSeconds: 0 }
}

/** A lease's name in the bucket `lease`. */
export function leaseKey(id: bigint): Uint8Array {
  const key = Buffer.allocUnsafe(8)
  key.writeBigInt64BE(id)
  return key
}
