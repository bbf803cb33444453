import type { etcdserverpb as pb } from '../../gen/etcd.js'
import { stateErrors } from './errors.ts'
import type { Located } from './key-history.ts'
import { keyRange, keyText } from './key-index.ts'
import type { KeyValue } from './key-value.ts'
import type { Mvcc } from './mvcc.ts'
import { range, type RangeResult } from './range.ts'

export interface PutResult {
  readonly kind: 'put'
  readonly revision: number
  /** With `prevKv`, when the key was there. */
  readonly prevKv: KeyValue | undefined
}

export interface DeleteRangeResult {
  readonly revision: number
  readonly deleted: number
  /** With `prevKv`: what was removed. */
  readonly prevKvs: readonly KeyValue[]
}

export interface TxnResult {
  readonly revision: number
  /** Whether all compares held, and so `success` was executed. */
  readonly succeeded: boolean
  readonly responses: readonly OpResult[]
}

export type OpResult =
  | ({ readonly kind: 'range' } & RangeResult)
  | PutResult
  | ({ readonly kind: 'delete-range' } & DeleteRangeResult)
  | ({ readonly kind: 'txn' } & TxnResult)
  /** An operation with nothing in it: only the answer's place is kept. */
  | { readonly kind: 'empty' }

const NO_BYTES = new Uint8Array(0)

/** Whether a lease exists: a put may only name one that does. */
export type LeaseExists = (id: bigint) => boolean

export function put(
  mvcc: Mvcc,
  request: pb.PutRequest.$Properties,
  exists: LeaseExists,
): PutResult {
  checkPut(mvcc, request, exists)
  return applyPut(mvcc, request)
}

function applyPut(mvcc: Mvcc, request: pb.PutRequest.$Properties): PutResult {
  const key = request.key ?? NO_BYTES
  let value = request.value ?? NO_BYTES
  let lease = request.lease ?? 0n
  let prevKv: KeyValue | undefined
  if (request.prevKv || request.ignoreValue || request.ignoreLease) {
    const found = mvcc.find(keyText(key))
    const previous = found && mvcc.value(found)
    if (request.ignoreValue && previous) value = previous.value
    if (request.ignoreLease && previous) lease = previous.lease
    if (request.prevKv) prevKv = previous
  }
  mvcc.put(key, value, lease)
  return { kind: 'put', revision: mvcc.revision, prevKv }
}

export function deleteRange(
  mvcc: Mvcc,
  request: pb.DeleteRangeRequest.$Properties,
): DeleteRangeResult {
  const keys = keyRange(request.key ?? NO_BYTES, request.rangeEnd)
  const prevKvs: KeyValue[] = []
  if (request.prevKv) {
    mvcc.index.scan(keys, mvcc.revision, (found) => prevKvs.push(mvcc.value(found)) > 0)
  }
  const deleted = mvcc.deleteRange(keys)
  return { revision: mvcc.revision, deleted, prevKvs }
}

/** Which branch each transaction of a nest takes, in the order in which they are met. */
type Path = { readonly taken: boolean[]; at: number }

/**
 * Executes a transaction whole or not at all: every compare of the nest is decided, and every
 * operation on the way checked, before the first one acts.
 */
export function txn(
  mvcc: Mvcc,
  request: pb.TxnRequest.$Properties,
  exists: LeaseExists,
): TxnResult {
  const taken: boolean[] = []
  decide(mvcc, request, taken)
  checkBranch(mvcc, request, { taken, at: 0 }, exists)
  const result = execute(mvcc, request, { taken, at: 0 })
  return { ...result, revision: mvcc.revision }
}

/** Whether a transaction only reads at its top level, which is how etcd decides to replicate it. */
export function isReadOnly(request: pb.TxnRequest.$Properties): boolean {
  const reads = (op: pb.RequestOp.$Properties) => op.requestRange != null
  return (request.success ?? []).every(reads) && (request.failure ?? []).every(reads)
}

export function isSerializable(request: pb.TxnRequest.$Properties): boolean {
  const local = (op: pb.RequestOp.$Properties) => op.requestRange?.serializable === true
  return (request.success ?? []).every(local) && (request.failure ?? []).every(local)
}

function decide(mvcc: Mvcc, request: pb.TxnRequest.$Properties, taken: boolean[]): void {
  const holds = (request.compare ?? []).every((compare) => compareHolds(mvcc, compare))
  taken.push(holds)
  for (const op of branch(request, holds)) if (op.requestTxn) decide(mvcc, op.requestTxn, taken)
}

function branch(
  request: pb.TxnRequest.$Properties,
  succeeded: boolean,
): readonly pb.RequestOp.$Properties[] {
  return (succeeded ? request.success : request.failure) ?? []
}

function checkBranch(
  mvcc: Mvcc,
  request: pb.TxnRequest.$Properties,
  path: Path,
  exists: LeaseExists,
): void {
  for (const op of branch(request, path.taken[path.at++] === true)) {
    if (op.requestRange) mvcc.checkRevision(op.requestRange.revision ?? 0)
    else if (op.requestPut) checkPut(mvcc, op.requestPut, exists)
    else if (op.requestTxn) checkBranch(mvcc, op.requestTxn, path, exists)
  }
}

function checkPut(mvcc: Mvcc, request: pb.PutRequest.$Properties, exists: LeaseExists): void {
  if (request.lease && !exists(request.lease)) throw stateErrors.leaseNotFound()
  if (!request.ignoreValue && !request.ignoreLease) return
  if (!mvcc.find(keyText(request.key ?? NO_BYTES))) throw stateErrors.keyNotFound()
}

function execute(mvcc: Mvcc, request: pb.TxnRequest.$Properties, path: Path): TxnResult {
  const succeeded = path.taken[path.at++] === true
  const responses: OpResult[] = []
  for (const op of branch(request, succeeded)) {
    if (op.requestRange) responses.push({ kind: 'range', ...range(mvcc, op.requestRange) })
    else if (op.requestPut) responses.push(applyPut(mvcc, op.requestPut))
    else if (op.requestDeleteRange) {
      responses.push({ kind: 'delete-range', ...deleteRange(mvcc, op.requestDeleteRange) })
    } else if (op.requestTxn) {
      responses.push({ kind: 'txn', ...execute(mvcc, op.requestTxn, path) })
    } else responses.push({ kind: 'empty' })
  }
  // etcd gives a nested transaction's header no revision.
  return { revision: 0, succeeded, responses }
}

function compareHolds(mvcc: Mvcc, compare: pb.Compare.$Properties): boolean {
  const found: Located[] = []
  const keys = keyRange(compare.key ?? NO_BYTES, compare.rangeEnd)
  mvcc.index.scan(keys, mvcc.revision, (key) => found.push(key) > 0)
  if (found.length > 0) return found.every((at) => verdict(compare, mvcc, at))
  // A missing key has no value to compare, and zeroes in all else.
  return compare.target !== VALUE && verdict(compare, mvcc, undefined)
}

// etcdserverpb.Compare.CompareTarget and CompareResult.
const VERSION = 0
const CREATE = 1
const MOD = 2
const VALUE = 3
const LEASE = 4
const EQUAL = 0
const GREATER = 1
const LESS = 2
const NOT_EQUAL = 3

function verdict(compare: pb.Compare.$Properties, mvcc: Mvcc, at: Located | undefined): boolean {
  const order = difference(compare, mvcc, at)
  const wanted = compare.result ?? EQUAL
  if (wanted === EQUAL) return order === 0
  if (wanted === NOT_EQUAL) return order !== 0
  if (wanted === GREATER) return order > 0
  if (wanted === LESS) return order < 0
  return true
}

/** Below, at or above 0, as what the key has is below, at or above what the compare names. */
function difference(compare: pb.Compare.$Properties, mvcc: Mvcc, at: Located | undefined): number {
  switch (compare.target ?? VERSION) {
    case VERSION:
      return (at?.version ?? 0) - (compare.version ?? 0)
    case CREATE:
      return (at?.created ?? 0) - (compare.createRevision ?? 0)
    case MOD:
      return (at?.main ?? 0) - (compare.modRevision ?? 0)
    case VALUE:
      return at ? Buffer.compare(mvcc.value(at).value, compare.value ?? NO_BYTES) : 0
    case LEASE: {
      const lease = at ? mvcc.leases.leaseOf(at.key) : 0n
      const wanted = compare.lease ?? 0n
      return lease < wanted ? -1 : lease > wanted ? 1 : 0
    }
    default:
      return 0
  }
}
