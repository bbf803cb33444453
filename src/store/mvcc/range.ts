import type { etcdserverpb as pb } from '../../gen/etcd.js'
import type { Located } from './key-history.ts'
import { keyBytes, keyRange } from './key-index.ts'
import { encodeKeyValue, KeyValue } from './key-value.ts'
import type { Mvcc } from './mvcc.ts'

export interface RangeResult {
  readonly revision: number
  readonly kvs: readonly KeyValue[]
  /** Keys were left out by `limit`. */
  readonly more: boolean
  /** Keys in the range, whatever the limit. */
  readonly count: number
}

/** What a range will read: found at once, so that values may be fetched later, piece by piece. */
export interface RangePlan {
  readonly revision: number
  readonly count: number
  readonly found: readonly Located[]
}

const NO_VALUE = new Uint8Array(0)
// etcdserverpb.RangeRequest.SortOrder and SortTarget.
const ASCEND = 1
const DESCEND = 2
const BY_KEY = 0
const BY_VERSION = 1
const BY_CREATE = 2
const BY_MOD = 3
const BY_VALUE = 4

export function range(mvcc: Mvcc, request: pb.RangeRequest.$Properties): RangeResult {
  const plan = planRange(mvcc, request)
  return finishRange(
    request,
    plan,
    plan.found.map((at) => fetch(mvcc, request, at)),
  )
}

/** Finds the keys of a range at its revision. Throws when that is compacted or in the future. */
export function planRange(mvcc: Mvcc, request: pb.RangeRequest.$Properties): RangePlan {
  const asked = request.revision ?? 0
  mvcc.checkRevision(asked)
  const at = asked > 0 ? asked : mvcc.revision
  const found: Located[] = []
  // One key more than asked for tells whether there are more.
  const enough = request.countOnly ? 0 : limitEarly(request) ? (request.limit ?? 0) + 1 : Infinity
  let count = 0
  mvcc.index.scan(keyRange(request.key ?? NO_VALUE, request.rangeEnd), at, (key) => {
    count++
    if (found.length < enough) found.push(key)
    return true
  })
  return { revision: mvcc.revision, count, found: filtered(request, found) }
}

/** The value of one key that was found. */
export function fetch(mvcc: Mvcc, request: pb.RangeRequest.$Properties, at: Located): KeyValue {
  if (!request.keysOnly || request.sortTarget === BY_VALUE) return mvcc.value(at)
  const newest = mvcc.index.get(at.key)
  const current = newest?.main === at.main && newest.sub === at.sub
  const lease = current ? mvcc.leases.leaseOf(at.key) : mvcc.value(at).lease
  return withoutValue(at, lease)
}

/** Sorts and cuts what was fetched. */
export function finishRange(
  request: pb.RangeRequest.$Properties,
  plan: RangePlan,
  fetched: KeyValue[],
): RangeResult {
  let kvs = sorted(request, fetched)
  const limit = request.limit ?? 0
  const more = limit > 0 && kvs.length > limit
  if (more) kvs = kvs.slice(0, limit)
  if (request.keysOnly && request.sortTarget === BY_VALUE) kvs = kvs.map(dropValue)
  return { revision: plan.revision, count: plan.count, more, kvs }
}

/** Whether keys come in the order asked for, and all of them, so that the limit cuts the search. */
function limitEarly(request: pb.RangeRequest.$Properties): boolean {
  if ((request.limit ?? 0) <= 0 || hasRevisionFilter(request)) return false
  const { sortOrder: order = 0, sortTarget: target = BY_KEY } = request
  return !order || (order === ASCEND && target === BY_KEY)
}

function hasRevisionFilter(request: pb.RangeRequest.$Properties): boolean {
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request
  return Boolean(minModRevision || maxModRevision || minCreateRevision || maxCreateRevision)
}

function filtered(request: pb.RangeRequest.$Properties, found: Located[]): Located[] {
  if (!hasRevisionFilter(request)) return found
  const { minModRevision, maxModRevision, minCreateRevision, maxCreateRevision } = request
  return found.filter(
    ({ main, created }) =>
      !(maxModRevision && main > maxModRevision) &&
      !(minModRevision && main < minModRevision) &&
      !(maxCreateRevision && created > maxCreateRevision) &&
      !(minCreateRevision && created < minCreateRevision),
  )
}

function sorted(request: pb.RangeRequest.$Properties, kvs: KeyValue[]): KeyValue[] {
  const target = request.sortTarget ?? BY_KEY
  let order: number = request.sortOrder ?? 0
  // As in etcd: another target than the key means ascending unless told otherwise.
  if (target !== BY_KEY && order === 0) order = ASCEND
  if (order === 0 || (order === ASCEND && target === BY_KEY)) return kvs
  const compare = comparison(target)
  return order === DESCEND ? kvs.sort((a, b) => compare(b, a)) : kvs.sort(compare)
}

function comparison(target: number): (a: KeyValue, b: KeyValue) => number {
  if (target === BY_VERSION) return (a, b) => a.version - b.version
  if (target === BY_CREATE) return (a, b) => a.createRevision - b.createRevision
  if (target === BY_MOD) return (a, b) => a.modRevision - b.modRevision
  if (target === BY_VALUE) return (a, b) => Buffer.compare(a.value, b.value)
  return (a, b) => Buffer.compare(a.key, b.key)
}

function withoutValue(at: Located, lease: bigint): KeyValue {
  const { created: createRevision, main: modRevision, version } = at
  const key = keyBytes(at.key)
  return new KeyValue(
    encodeKeyValue({ key, value: NO_VALUE, createRevision, modRevision, version, lease }),
  )
}

function dropValue(kv: KeyValue): KeyValue {
  const { key, createRevision, modRevision, version, lease } = kv
  return new KeyValue(
    encodeKeyValue({ key, value: NO_VALUE, createRevision, modRevision, version, lease }),
  )
}
