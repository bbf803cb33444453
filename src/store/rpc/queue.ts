import { GrpcCode, type GrpcMethod, KvError } from '../../base/index.ts'
import type { CallOptions, EtcdApi, ResponseHeader } from '../index.ts'
import type { KeyValue, OpResult } from '../mvcc/index.ts'
import { type RpcCall, unary } from './method.ts'

/** etcd's sessions without a lease of the caller's live so long. */
const SESSION_TTL_SECONDS = 60
/** etcd's numbers. */
export const SORT = { ascend: 1, descend: 2, byCreation: 2 } as const
const COMPARE_CREATED = 1

/**
 * As in etcd, where these services are clients of the others: a failure keeps its words, but is of
 * no known code.
 */
export function asClient(
  handle: (request: Uint8Array, call: RpcCall) => Promise<Uint8Array>,
): GrpcMethod {
  return unary(async (request, call) => {
    try {
      return await handle(request, call)
    } catch (error) {
      if (!(error instanceof KvError)) throw error
      throw new KvError(GrpcCode.unknown, error.message, { cause: error })
    }
  })
}

/** A place in a queue under a prefix: a key of its own that lives as long as a lease. */
export interface Place {
  readonly key: Uint8Array
  readonly lease: bigint
  /** The revision that made the key: earlier ones are served first. */
  readonly createRevision: number
  /** Who is first, and was when the place was taken. */
  readonly first: KeyValue | undefined
  /** What stood there: the place was this lease's already. */
  readonly before: KeyValue | undefined
  readonly header: ResponseHeader
}

/** The lease that is given, or a new one for who has none. */
export async function sessionLease(
  etcd: EtcdApi,
  lease: bigint,
  call: CallOptions,
): Promise<bigint> {
  if (lease !== 0n) return lease
  return (await etcd.leaseGrant({ TTL: SESSION_TTL_SECONDS }, call)).id
}

/** Takes a place, `prefix/lease` in hexadecimal, or finds the lease's place taken before. */
export async function takePlace(
  etcd: EtcdApi,
  { prefix, lease, value }: { prefix: Uint8Array; lease: bigint; value: Uint8Array },
  call: CallOptions,
): Promise<Place> {
  const key = Buffer.concat([prefix, Buffer.from(lease.toString(16))])
  const first = { requestRange: { ...prefixRange(prefix), ...oldestFirst } }
  const put = { requestPut: { key, value, lease } }
  const get = { requestRange: { key } }
  const { succeeded, responses, header } = await etcd.txn(
    { compare: [createdAt(key, 0)], success: [put, first], failure: [get, first] },
    call,
  )
  const before = succeeded ? undefined : onlyKey(responses[0])
  return {
    key,
    lease,
    createRevision: before?.createRevision ?? header.revision,
    first: onlyKey(responses[1]),
    before,
    header,
  }
}

export const oldestFirst = {
  sortOrder: SORT.ascend,
  sortTarget: SORT.byCreation,
  limit: 1,
} as const

export function createdAt(key: Uint8Array, createRevision: number) {
  return { key, target: COMPARE_CREATED, result: 0, createRevision }
}

function onlyKey(response: OpResult | undefined): KeyValue | undefined {
  return response?.kind === 'range' ? response.kvs[0] : undefined
}

/** All keys that begin so. */
export function prefixRange(prefix: Uint8Array): { key: Uint8Array; rangeEnd: Uint8Array } {
  const end = Buffer.from(prefix)
  for (let i = end.length - 1; i >= 0; i--) {
    const byte = end[i] ?? 0
    if (byte === 0xff) continue
    end[i] = byte + 1
    return { key: prefix, rangeEnd: end.subarray(0, i + 1) }
  }
  return { key: prefix, rangeEnd: Uint8Array.of(0) }
}

/**
 * Resolves once no key under the prefix is older: waits for the next older one alone, so that a key
 * that goes wakes one waiter.
 */
export async function waitUntilFirst(
  etcd: EtcdApi,
  { prefix, createRevision }: { prefix: Uint8Array; createRevision: number },
  call: CallOptions,
): Promise<void> {
  for (;;) {
    const { kvs, header } = await etcd.range(
      {
        ...prefixRange(prefix),
        sortOrder: SORT.descend,
        sortTarget: SORT.byCreation,
        limit: 1,
        maxCreateRevision: createRevision - 1,
      },
      call,
    )
    const [ahead] = kvs
    if (!ahead) return
    for await (const { type } of changesOf(etcd, { key: ahead.key, from: header.revision }, call)) {
      if (type === 'delete') break
    }
  }
}

export interface QueueEvent {
  readonly type: 'put' | 'delete'
  readonly kv: KeyValue
  readonly header: ResponseHeader
}

/** What happens to keys from a revision on, until the caller stops; throws when the watch ends. */
export async function* changesOf(
  etcd: EtcdApi,
  { key, rangeEnd, from }: { key: Uint8Array; rangeEnd?: Uint8Array; from: number },
  call: CallOptions,
): AsyncGenerator<QueueEvent> {
  const request = { key, startRevision: from, ...(rangeEnd && { rangeEnd }) }
  await etcd.requireWatch(request, call)
  const watch = etcd.watch()
  const stop = () => watch.fail(call.signal.reason)
  call.signal.addEventListener('abort', stop, { once: true })
  if (call.signal.aborted) stop()
  try {
    watch.create(request)
    for await (const { events, header, canceled, cancelReason } of watch) {
      for (const { type, kv } of events) yield { type, kv, header }
      if (canceled) throw new KvError(GrpcCode.unknown, cancelReason)
    }
    throw new KvError(GrpcCode.unavailable, 'etcdserver: server stopped')
  } finally {
    call.signal.removeEventListener('abort', stop)
    watch.close()
  }
}
