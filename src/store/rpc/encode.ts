import { assertNever } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type {
  DeleteRangeResult,
  Headed,
  OpResult,
  PutResult,
  RangeResult,
  ResponseHeader,
  TxnResult,
} from '../index.ts'
import { varintSize, writeVarint } from '../mvcc/index.ts'
import { MessageBuilder } from './message.ts'

/** etcd's answers about keys. Field numbers are those of `proto/etcd/kv.proto`. */

const EMPTY = new Uint8Array(0)

/** The part of a member's headers that is always the same. */
let origin: { clusterId: bigint; memberId: bigint; bytes: Uint8Array } | undefined

export function encodeHeader(header: ResponseHeader): Uint8Array {
  const bytes = Buffer.allocUnsafe(headerBytes(header))
  writeHeader(bytes, 0, header)
  return bytes
}

/** An answer's first field, its header, and by that the whole of most answers to a put. */
function headerField(header: ResponseHeader): Uint8Array {
  const size = headerBytes(header)
  const bytes = Buffer.allocUnsafe(1 + varintSize(size) + size)
  bytes[0] = 0x0a
  writeHeader(bytes, writeVarint(bytes, 1, size), header)
  return bytes
}

function headerBytes(header: ResponseHeader): number {
  const { revision, raftTerm } = header
  return originOf(header).length + numberBytes(revision) + numberBytes(raftTerm)
}

function writeHeader(bytes: Uint8Array, start: number, header: ResponseHeader): void {
  const fixed = originOf(header)
  bytes.set(fixed, start)
  const at = writeNumber(bytes, start + fixed.length, 3, header.revision)
  writeNumber(bytes, at, 4, header.raftTerm)
}

function originOf({ clusterId, memberId }: ResponseHeader): Uint8Array {
  if (origin?.clusterId !== clusterId || origin.memberId !== memberId) {
    const bytes = pb.ResponseHeader.encode({ clusterId, memberId }).finish()
    origin = { clusterId, memberId, bytes }
  }
  return origin.bytes
}

/** Of a field below 16; zero is left out. */
function numberBytes(value: number): number {
  return value === 0 ? 0 : 1 + varintSize(value)
}

function writeNumber(bytes: Uint8Array, at: number, field: number, value: number): number {
  if (value === 0) return at
  bytes[at] = field << 3
  return writeVarint(bytes, at + 1, value)
}

/** Within a transaction a header tells the revision alone. */
function innerHeader(revision: number): Uint8Array {
  return revision === 0 ? EMPTY : new MessageBuilder().number(3, revision).finish()
}

export function encodeRange(result: Headed<RangeResult>): Uint8Array {
  return rangeResponse(result, encodeHeader(result.header))
}

function rangeResponse(result: RangeResult, header: Uint8Array): Uint8Array {
  const message = new MessageBuilder().bytes(1, header)
  if (result.kvs.length > 0) message.raw(keyValues(2, result.kvs))
  return message.number(3, result.more).number(4, result.count).finish()
}

/** Key-values as they are stored, copied once. The field's number is below 16. */
function keyValues(field: number, kvs: readonly { readonly encoded: Uint8Array }[]): Uint8Array {
  let size = 0
  for (const { encoded } of kvs) size += 1 + varintSize(encoded.length) + encoded.length
  const bytes = Buffer.allocUnsafe(size)
  let at = 0
  for (const { encoded } of kvs) {
    bytes[at] = (field << 3) | 2
    at = writeVarint(bytes, at + 1, encoded.length)
    bytes.set(encoded, at)
    at += encoded.length
  }
  return bytes
}

export function encodePut(result: Headed<PutResult>): Uint8Array {
  const header = headerField(result.header)
  return result.prevKv
    ? new MessageBuilder().raw(header).bytes(2, result.prevKv.encoded).finish()
    : header
}

function putResponse({ prevKv }: PutResult, header: Uint8Array): Uint8Array {
  const message = new MessageBuilder().bytes(1, header)
  if (prevKv) message.bytes(2, prevKv.encoded)
  return message.finish()
}

export function encodeDeleteRange(result: Headed<DeleteRangeResult>): Uint8Array {
  return deleteRangeResponse(result, encodeHeader(result.header))
}

function deleteRangeResponse(result: DeleteRangeResult, header: Uint8Array): Uint8Array {
  const message = new MessageBuilder().bytes(1, header).number(2, result.deleted)
  for (const kv of result.prevKvs) message.bytes(3, kv.encoded)
  return message.finish()
}

export function encodeTxn(result: Headed<TxnResult>): Uint8Array {
  return txnResponse(result, encodeHeader(result.header))
}

function txnResponse(result: TxnResult, header: Uint8Array): Uint8Array {
  const message = new MessageBuilder().bytes(1, header).number(2, result.succeeded)
  for (const response of result.responses) message.bytes(3, responseOp(response))
  return message.finish()
}

function responseOp(result: OpResult): Uint8Array {
  const message = new MessageBuilder()
  switch (result.kind) {
    case 'range':
      return message.bytes(1, rangeResponse(result, innerHeader(result.revision))).finish()
    case 'put':
      return message.bytes(2, putResponse(result, innerHeader(result.revision))).finish()
    case 'delete-range':
      return message.bytes(3, deleteRangeResponse(result, innerHeader(result.revision))).finish()
    case 'txn':
      return message.bytes(4, txnResponse(result, innerHeader(result.revision))).finish()
    case 'empty':
      return EMPTY
    default:
      return assertNever(result)
  }
}
