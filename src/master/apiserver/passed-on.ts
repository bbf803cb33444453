import type { Kv } from '../../kv/index.ts'

/** What a store over another store leaves to it: all that is about no values. */
export function passedOn(kv: Kv) {
  return {
    requestProgress: () => kv.requestProgress(),
    currentRevision: (...args: Parameters<Kv['currentRevision']>) => kv.currentRevision(...args),
    count: (...args: Parameters<Kv['count']>) => kv.count(...args),
    compact: (...args: Parameters<Kv['compact']>) => kv.compact(...args),
    leaseGrant: (...args: Parameters<Kv['leaseGrant']>) => kv.leaseGrant(...args),
    leaseRevoke: (...args: Parameters<Kv['leaseRevoke']>) => kv.leaseRevoke(...args),
    leaseKeepAlive: (...args: Parameters<Kv['leaseKeepAlive']>) => kv.leaseKeepAlive(...args),
    close: () => kv.close(),
  }
}
