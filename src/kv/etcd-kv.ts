import { assert, GrpcCode, KvError } from '../base/index.ts'
import type { etcdserverpb as pb } from '../gen/etcd.js'
import { kvErrors } from './errors.ts'
import type {
  EtcdCalls,
  EtcdKeyValue,
  EtcdOp,
  EtcdTxn,
  EtcdWatchEvent,
  EtcdWatchResponse,
  EtcdWatchStream,
} from './etcd-calls.ts'
import { abortError, compareKeys, prefixEnd, throwIfAborted } from './keys.ts'
import type {
  CreateResult,
  DeleteResult,
  KeyValue,
  Kv,
  KvEvent,
  LeaseId,
  ListOptions,
  ListResult,
  Revision,
  UpdateResult,
  WatchBatch,
  WatchOptions,
} from './types.ts'

// etcd's Compare.CompareTarget; the result EQUAL is 0.
const COMPARE_CREATE = 1
const COMPARE_MOD = 2
const FIRST_KEY = Uint8Array.of(0)

type CallOptions = { signal?: AbortSignal }

/** A `Kv` in terms of etcd's calls: each method is one request. */
export class EtcdKv implements Kv {
  readonly #calls: EtcdCalls
  readonly #streams = new Set<EtcdWatchStream>()
  readonly #onClose: () => Promise<void>
  #closed = false

  constructor(calls: EtcdCalls, options: { onClose?: () => Promise<void> } = {}) {
    this.#calls = calls
    this.#onClose = options.onClose ?? (async () => {})
  }

  async get(key: string, options: { revision?: Revision; signal?: AbortSignal } = {}) {
    if (key === '') throw kvErrors.emptyKey()
    const request = { key: encode(key), revision: options.revision ?? 0 }
    const { header, kvs } = await this.#call(options, (o) => this.#calls.range(request, o))
    return { revision: header.revision, kv: kvs[0] && keyValue(kvs[0]) }
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    const { after, limit = 0, revision = 0, keysOnly = false } = options
    const request: pb.RangeRequest.$Properties = {
      ...prefixRange(prefix),
      limit,
      revision,
      keysOnly,
    }
    if (after !== undefined && compareKeys(after, prefix) >= 0) {
      request.key = Buffer.concat([encode(after), FIRST_KEY])
    }
    const found = await this.#call(options, (o) => this.#calls.range(request, o))
    return {
      revision: found.header.revision,
      kvs: found.kvs.map(keyValue),
      more: found.more,
      count: found.count,
    }
  }

  async create(
    key: string,
    value: Uint8Array,
    options: { lease?: LeaseId; signal?: AbortSignal } = {},
  ): Promise<CreateResult> {
    const put = { key: encode(key), value, lease: options.lease ?? 0n }
    const absent = { key: put.key, target: COMPARE_CREATE, createRevision: 0 }
    const request = { compare: [absent], success: [{ requestPut: put }] }
    const { succeeded, header } = await this.#txn(request, key, options)
    return succeeded ? { kind: 'ok', revision: header.revision } : { kind: 'exists' }
  }

  async update(
    key: string,
    value: Uint8Array,
    expected: Revision,
    options: { lease?: LeaseId; signal?: AbortSignal } = {},
  ): Promise<UpdateResult> {
    if (expected <= 0) return this.#conflict(key, options)
    const put = { key: encode(key), value, lease: options.lease ?? 0n }
    const request = onlyAt(put.key, expected, { requestPut: put })
    const result = await this.#txn(request, key, options)
    if (result.succeeded) return { kind: 'ok', revision: result.header.revision }
    return { kind: 'conflict', current: firstRead(result.responses) }
  }

  async delete(key: string, expected: Revision, options: CallOptions = {}): Promise<DeleteResult> {
    if (expected <= 0) return this.#conflict(key, options)
    const requestDeleteRange = { key: encode(key), prevKv: true }
    const request = onlyAt(requestDeleteRange.key, expected, { requestDeleteRange })
    const result = await this.#txn(request, key, options)
    if (!result.succeeded) return { kind: 'conflict', current: firstRead(result.responses) }
    const removed = result.responses[0]
    assert(removed?.kind === 'delete-range', 'a delete answers as such')
    const previous = removed.prevKvs[0]
    assert(previous, 'what was there when compared was removed')
    return { kind: 'ok', revision: result.header.revision, previous: keyValue(previous) }
  }

  watch(prefix: string, options: WatchOptions): AsyncIterable<WatchBatch> {
    if (this.#closed) return failing(kvErrors.stopped())
    const stream = this.#calls.watch()
    this.#streams.add(stream)
    const { startRevision = 0, previous: prevKv = false, signal } = options
    const end = () => {
      signal.removeEventListener('abort', end)
      this.#streams.delete(stream)
      stream.close()
    }
    // Now, not when it is first read: a watch may be given up before.
    if (signal.aborted) end()
    else {
      signal.addEventListener('abort', end, { once: true })
      stream.create({ ...prefixRange(prefix), startRevision, prevKv })
    }
    return this.#batches(stream, signal, end)
  }

  requestProgress(): void {
    for (const stream of this.#streams) stream.requestProgress()
  }

  async currentRevision(options: CallOptions = {}): Promise<Revision> {
    // Any key will do: the answer's header has the revision, and the read is linearizable.
    const request = { key: FIRST_KEY, countOnly: true }
    return (await this.#call(options, (o) => this.#calls.range(request, o))).header.revision
  }

  async count(prefix: string, options: CallOptions = {}): Promise<number> {
    const request = { ...prefixRange(prefix), countOnly: true }
    return (await this.#call(options, (o) => this.#calls.range(request, o))).count
  }

  async compact(revision: Revision, options: CallOptions = {}): Promise<void> {
    try {
      await this.#call(options, (o) => this.#calls.compact({ revision }, o))
    } catch (error) {
      const { code, message } = kvErrors.compacted()
      const already = error instanceof KvError && error.code === code && error.message === message
      if (!already) throw error
    }
  }

  async leaseGrant(ttlSeconds: number, options: CallOptions = {}): Promise<LeaseId> {
    return (await this.#call(options, (o) => this.#calls.leaseGrant({ TTL: ttlSeconds }, o))).id
  }

  async leaseRevoke(id: LeaseId, options: CallOptions = {}): Promise<void> {
    await this.#call(options, (o) => this.#calls.leaseRevoke(id, o))
  }

  async leaseKeepAlive(id: LeaseId, options: CallOptions = {}): Promise<number> {
    const renew = (o: { signal: AbortSignal }) => this.#calls.leaseKeepAlive(id, o)
    const { ttlSeconds } = await this.#call(options, renew)
    if (ttlSeconds <= 0) throw kvErrors.leaseNotFound()
    return ttlSeconds
  }

  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    for (const stream of this.#streams) stream.close()
    await this.#onClose()
  }

  #call<T>(
    options: CallOptions,
    call: (options: { signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    return this.#translated(options.signal ?? new AbortController().signal, call)
  }

  async #translated<T>(
    signal: AbortSignal,
    call: (options: { signal: AbortSignal }) => Promise<T>,
  ): Promise<T> {
    if (this.#closed) throw kvErrors.stopped()
    throwIfAborted(signal)
    try {
      return await call({ signal })
    } catch (error) {
      if (signal.aborted) throw abortError(signal)
      throw error
    }
  }

  async #txn(
    request: pb.TxnRequest.$Properties,
    key: string,
    options: CallOptions,
  ): Promise<EtcdTxn> {
    if (key === '') throw kvErrors.emptyKey()
    return await this.#call(options, (o) => this.#calls.txn(request, o))
  }

  /** No key is at revision 0: etcd would take that for "does not exist". */
  async #conflict(key: string, options: CallOptions) {
    const { kv } = await this.get(key, options)
    return { kind: 'conflict', current: kv } as const
  }

  async *#batches(
    stream: EtcdWatchStream,
    signal: AbortSignal,
    end: () => void,
  ): AsyncGenerator<WatchBatch> {
    try {
      if (signal.aborted) return
      for await (const response of stream) {
        if (signal.aborted) return
        if (response.canceled) throw cancelError(response)
        if (!response.created) yield batchOf(response)
      }
      if (!signal.aborted) throw kvErrors.stopped()
    } catch (error) {
      if (!signal.aborted) throw error
    } finally {
      end()
    }
  }
}

function prefixRange(prefix: string): { key: Uint8Array; rangeEnd: Uint8Array } {
  const key = encode(prefix)
  return { key: key.length === 0 ? FIRST_KEY : key, rangeEnd: prefixEnd(key) }
}

/** `op` if the key is at `revision`; otherwise reads what is there. */
function onlyAt(
  key: Uint8Array,
  revision: Revision,
  op: pb.RequestOp.$Properties,
): pb.TxnRequest.$Properties {
  return {
    compare: [{ key, target: COMPARE_MOD, modRevision: revision }],
    success: [op],
    failure: [{ requestRange: { key } }],
  }
}

function firstRead(responses: readonly EtcdOp[]): KeyValue | undefined {
  const read = responses[0]
  assert(read?.kind === 'range', 'a range answers as such')
  return read.kvs[0] && keyValue(read.kvs[0])
}

function keyValue(kv: EtcdKeyValue): KeyValue {
  const { value, createRevision, modRevision, version, lease } = kv
  return { key: decode(kv.key), value, createRevision, modRevision, version, lease }
}

// The header's revision may be ahead of a watcher that catches up: the events say how far it is.
function batchOf({ events, header }: EtcdWatchResponse): WatchBatch {
  const revision = events.at(-1)?.kv.modRevision ?? header.revision
  return { events: events.map(kvEvent), revision }
}

function kvEvent({ type, kv, prevKv }: EtcdWatchEvent): KvEvent {
  const previous = prevKv && keyValue(prevKv)
  if (type === 'put') return { type, kv: keyValue(kv), previous }
  return { type, key: decode(kv.key), modRevision: kv.modRevision, previous }
}

function cancelError({ compactRevision, cancelReason }: EtcdWatchResponse): KvError {
  if (compactRevision > 0) return kvErrors.compacted()
  return new KvError(GrpcCode.unavailable, cancelReason || 'etcdserver: watch canceled')
}

function failing(error: KvError): AsyncIterable<WatchBatch> {
  return { [Symbol.asyncIterator]: () => ({ next: () => Promise.reject(error) }) }
}

function encode(text: string): Uint8Array {
  return Buffer.from(text)
}

function decode(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString()
}
