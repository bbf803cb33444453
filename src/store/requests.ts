import type { DeleteRangeRequest, PutRequest, RangeRequest, TxnRequest } from './etcd-api.ts'
import type { etcdserverpb as pb } from '../gen/etcd.js'
import { etcdErrors } from './errors.ts'
import { inRange, type KeyRange, keyText } from './mvcc/index.ts'

/** What etcd refuses before anything is replicated. All of these throw etcd's own error. */

export function checkRange(request: RangeRequest): void {
  if (!request.key?.length) throw etcdErrors.emptyKey()
  const { sortOrder, sortTarget } = request
  if (!isBetween(sortOrder ?? 0, 0, 2) || !isBetween(sortTarget ?? 0, 0, 4)) {
    throw etcdErrors.invalidSortOption()
  }
}

function isBetween(value: number, low: number, high: number): boolean {
  return value >= low && value <= high
}

export function checkPut(request: PutRequest): void {
  if (!request.key?.length) throw etcdErrors.emptyKey()
  if (request.ignoreValue && request.value?.length) throw etcdErrors.valueProvided()
  if (request.ignoreLease && request.lease) throw etcdErrors.leaseProvided()
}

export function checkDeleteRange(request: DeleteRangeRequest): void {
  if (!request.key?.length) throw etcdErrors.emptyKey()
}

export function checkTxn(request: TxnRequest, opsMax: number): void {
  checkOps(request, opsMax)
  for (const branch of [request.success, request.failure]) checkOverlaps(branch ?? [])
}

/** The bound is for a nest as a whole: each level takes what its longest list holds. */
function checkOps(request: TxnRequest, opsMax: number): void {
  const { compare, success, failure } = request
  const ops = Math.max(compare?.length ?? 0, success?.length ?? 0, failure?.length ?? 0)
  if (ops > opsMax) throw etcdErrors.tooManyOps()
  for (const { key } of compare ?? []) if (!key?.length) throw etcdErrors.emptyKey()
  for (const op of [...(success ?? []), ...(failure ?? [])]) checkOp(op, opsMax - ops)
}

function checkOp(op: pb.RequestOp.$Properties, opsMax: number): void {
  if (op.requestRange) checkRange(op.requestRange)
  else if (op.requestPut) checkPut(op.requestPut)
  else if (op.requestDeleteRange) checkDeleteRange(op.requestDeleteRange)
  else if (op.requestTxn) checkOps(op.requestTxn, opsMax)
  else throw etcdErrors.keyNotFound()
}

interface Writes {
  readonly puts: Set<string>
  readonly deletes: KeyRange[]
}

/**
 * As etcd, which does not read an end of one zero byte as "all that follow" here: such a removal may
 * stand beside a put of the same key, and they act in their order.
 */
function deletedRange(request: DeleteRangeRequest): KeyRange {
  const { key, rangeEnd } = request
  const from = keyText(key ?? new Uint8Array(0))
  return { from, to: rangeEnd?.length ? keyText(rangeEnd) : undefined }
}

/** No key may be put twice, nor put and deleted, unless in branches that exclude each other. */
function checkOverlaps(ops: readonly pb.RequestOp.$Properties[]): Writes {
  const puts = new Set<string>()
  const deletes: KeyRange[] = []
  for (const { requestDeleteRange: request } of ops) {
    if (request) deletes.push(deletedRange(request))
  }
  const add = (key: string, sibling?: ReadonlySet<string>) => {
    const twice = puts.has(key) && !sibling?.has(key)
    if (twice || deletes.some((range) => inRange(range, key))) throw etcdErrors.duplicateKey()
  }
  for (const { requestTxn } of ops) {
    if (!requestTxn) continue
    const success = checkOverlaps(requestTxn.success ?? [])
    const failure = checkOverlaps(requestTxn.failure ?? [])
    for (const key of success.puts) add(key)
    for (const key of success.puts) puts.add(key)
    for (const key of failure.puts) add(key, success.puts)
    for (const key of failure.puts) puts.add(key)
    deletes.push(...success.deletes, ...failure.deletes)
  }
  for (const { requestPut } of ops) {
    if (!requestPut?.key) continue
    const key = keyText(requestPut.key)
    add(key)
    puts.add(key)
  }
  return { puts, deletes }
}
