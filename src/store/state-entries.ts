import type { LogIndex, Term } from '../raft/index.ts'
import type { AlarmBook } from './alarms/index.ts'
import type { AuthBook } from './auth/index.ts'
import { leaseKey } from './commands/index.ts'
import { encodeLease, type LeaseBook } from './lease/index.ts'
import type { MemberBook } from './membership/index.ts'
import { type BackendEntry, type Mvcc, revisionBytes } from './mvcc/index.ts'

/** Where the bucket `meta` has which entry was applied last. */
export const CONSISTENT_INDEX = Buffer.from('consistent_index')
export const TERM = Buffer.from('term')

export function indexBytes(index: number): Uint8Array {
  const bytes = Buffer.allocUnsafe(8)
  bytes.writeBigUInt64BE(BigInt(index))
  return bytes
}

export function readIndex(bytes: Uint8Array | undefined): number {
  return bytes ? Number(Buffer.from(bytes).readBigUInt64BE(0)) : 0
}

/** What a state is made of. */
export interface StateParts {
  readonly mvcc: Mvcc
  readonly leases: LeaseBook
  readonly auth: AuthBook
  readonly members: MemberBook
  readonly alarms: AlarmBook
}

/**
 * A state as etcd's back end holds it, as of now: the small buckets, then every revision. Hold a pin
 * of `mvcc` while iterating.
 */
export function stateEntries(
  at: { index: LogIndex; term: Term },
  { mvcc, leases, auth, members, alarms }: StateParts,
): AsyncIterable<BackendEntry> {
  const head: BackendEntry[] = [
    { bucket: 'meta', key: CONSISTENT_INDEX, value: indexBytes(at.index) },
    { bucket: 'meta', key: TERM, value: indexBytes(at.term) },
    ...mvcc.metaEntries(),
    ...members.entries(),
    ...alarms.entries(),
  ]
  for (const lease of leases.all()) {
    head.push({ bucket: 'lease', key: leaseKey(lease.id), value: encodeLease(lease) })
  }
  head.push(...auth.entries())
  const changes = mvcc.changes(0, mvcc.revision)
  return (async function* () {
    yield* head
    for await (const { main, sub, removed, encoded } of changes) {
      yield { bucket: 'key', key: revisionBytes(main, sub, removed), value: encoded }
    }
  })()
}
