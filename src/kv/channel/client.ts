import { assert, KvError, present } from '../../base/index.ts'
import { kvErrors } from '../errors.ts'
import { abortError, throwIfAborted } from '../keys.ts'
import type {
  CreateResult,
  DeleteResult,
  Kv,
  LeaseId,
  ListOptions,
  ListResult,
  Revision,
  UpdateResult,
  WatchBatch,
  WatchOptions,
} from '../types.ts'
import { WatchQueue } from '../watch-queue.ts'
import {
  type Answer,
  type Call,
  eventOf,
  keyValueOf,
  type KvPort,
  type Packet,
  Packer,
  type Request,
  type WireKeyValue,
  type WireResult,
} from './wire.ts'

type CallOptions = { signal?: AbortSignal }
type PutOptions = CallOptions & { lease?: LeaseId }

/** A result with the bytes that its spans point into. */
interface Received {
  readonly result: WireResult
  readonly bytes: Uint8Array
}

interface Pending {
  readonly resolve: (received: Received) => void
  readonly reject: (error: Error) => void
}

/** Unread batches of a watch; the server's window stays well below. */
const WATCH_BATCHES_MAX = 10_000
/** Batches that are taken before the server is told: far less than its window, more than a wake-up for each. */
const TAKEN_AT_ONCE = 64

/**
 * The `Kv` that `serveKv` serves at the other end of a port, on another thread: what is called in
 * one turn goes as one message. Closing it leaves the port open.
 */
export function channelKv(port: KvPort): Kv {
  return new ChannelKv(port)
}

class ChannelKv implements Kv {
  readonly #packer: Packer<Request>
  readonly #calls = new Map<number, Pending>()
  readonly #watches = new Map<number, WatchQueue>()
  #nextId = 0
  #closed = false

  constructor(port: KvPort) {
    this.#packer = new Packer(port)
    port.onMessage((message) => {
      const { items, bytes } = message as Packet<Answer>
      for (const item of items) this.#handle(item, bytes)
    })
    port.onClose(() => this.#end())
  }

  async get(key: string, options: { revision?: Revision; signal?: AbortSignal } = {}) {
    const { revision } = options
    const { result, bytes } = await this.#call({ method: 'get', key, revision }, options)
    return { revision: revisionOf(result), kv: optional(bytes, result.kv) }
  }

  async list(prefix: string, options: ListOptions = {}): Promise<ListResult> {
    const { signal, ...rest } = options
    const call: Call = { method: 'list', prefix, options: rest }
    const { result, bytes } = await this.#call(call, signal ? { signal } : {})
    const kvs = present(result.kvs, 'kvs').map((each) => keyValueOf(bytes, each))
    const { more = false, count = 0 } = result
    return { revision: revisionOf(result), kvs, more, count }
  }

  async create(key: string, value: Uint8Array, options: PutOptions = {}): Promise<CreateResult> {
    const { lease = 0n } = options
    this.#enter(options)
    const call: Call = { method: 'create', key, lease, ...this.#packer.span(value) }
    const { result } = await this.#call(call, options)
    return result.kind === 'ok' ? { kind: 'ok', revision: revisionOf(result) } : { kind: 'exists' }
  }

  async update(
    key: string,
    value: Uint8Array,
    expected: Revision,
    options: PutOptions = {},
  ): Promise<UpdateResult> {
    const { lease = 0n } = options
    this.#enter(options)
    const call: Call = { method: 'update', key, expected, lease, ...this.#packer.span(value) }
    const { result, bytes } = await this.#call(call, options)
    if (result.kind === 'ok') return { kind: 'ok', revision: revisionOf(result) }
    return { kind: 'conflict', current: optional(bytes, result.kv) }
  }

  async delete(key: string, expected: Revision, options: CallOptions = {}): Promise<DeleteResult> {
    const { result, bytes } = await this.#call({ method: 'delete', key, expected }, options)
    const kv = optional(bytes, result.kv)
    if (result.kind !== 'ok') return { kind: 'conflict', current: kv }
    return { kind: 'ok', revision: revisionOf(result), previous: present(kv, 'what was removed') }
  }

  watch(prefix: string, options: WatchOptions): AsyncIterable<WatchBatch> {
    const id = ++this.#nextId
    const { startRevision, previous = false, signal } = options
    let taken = 0
    const queue = new WatchQueue({
      liveBatchesMax: WATCH_BATCHES_MAX,
      signal,
      onEnd: () => {
        this.#watches.delete(id)
        this.#send({ op: 'unwatch', id })
      },
      onTaken: () => {
        if (++taken < TAKEN_AT_ONCE) return
        this.#send({ op: 'taken', id, count: taken })
        taken = 0
      },
    })
    if (this.#closed) queue.end(kvErrors.stopped())
    else if (!queue.ended) {
      this.#watches.set(id, queue)
      this.#send({ op: 'watch', id, prefix, startRevision, previous })
    }
    return queue
  }

  requestProgress(): void {
    this.#send({ op: 'progress' })
  }

  async currentRevision(options: CallOptions = {}): Promise<Revision> {
    return revisionOf((await this.#call({ method: 'currentRevision' }, options)).result)
  }

  async count(prefix: string, options: CallOptions = {}): Promise<number> {
    const { result } = await this.#call({ method: 'count', prefix }, options)
    return present(result.count, 'count')
  }

  async compact(revision: Revision, options: CallOptions = {}): Promise<void> {
    await this.#call({ method: 'compact', revision }, options)
  }

  async leaseGrant(ttlSeconds: number, options: CallOptions = {}): Promise<LeaseId> {
    const { result } = await this.#call({ method: 'leaseGrant', ttlSeconds }, options)
    return present(result.lease, 'lease')
  }

  async leaseRevoke(id: LeaseId, options: CallOptions = {}): Promise<void> {
    await this.#call({ method: 'leaseRevoke', lease: id }, options)
  }

  async leaseKeepAlive(id: LeaseId, options: CallOptions = {}): Promise<number> {
    const { result } = await this.#call({ method: 'leaseKeepAlive', lease: id }, options)
    return present(result.count, 'seconds')
  }

  async close(): Promise<void> {
    for (const id of this.#calls.keys()) this.#send({ op: 'cancel', id })
    this.#end()
  }

  #enter({ signal }: CallOptions): void {
    if (this.#closed) throw kvErrors.stopped()
    throwIfAborted(signal)
  }

  async #call(call: Call, options: CallOptions): Promise<Received> {
    this.#enter(options)
    const { signal } = options
    const id = ++this.#nextId
    this.#send({ op: 'call', id, call })
    return await new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#calls.delete(id)
        this.#send({ op: 'cancel', id })
        if (signal) reject(abortError(signal))
      }
      const done = () => {
        this.#calls.delete(id)
        signal?.removeEventListener('abort', onAbort)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      this.#calls.set(id, {
        resolve: (received) => {
          done()
          resolve(received)
        },
        reject: (error) => {
          done()
          reject(error)
        },
      })
    })
  }

  #handle(answer: Answer, bytes: Uint8Array): void {
    switch (answer.op) {
      case 'result':
        this.#calls.get(answer.id)?.resolve({ result: answer.result, bytes })
        break
      case 'error': {
        const { code, message } = answer.error
        this.#calls.get(answer.id)?.reject(new KvError(code, message))
        break
      }
      case 'batch': {
        const events = answer.events.map((event) => eventOf(bytes, event))
        this.#watches.get(answer.id)?.pushLive({ events, revision: answer.revision })
        break
      }
      case 'end': {
        const { error } = answer
        const ended = error ? new KvError(error.code, error.message) : kvErrors.stopped()
        this.#watches.get(answer.id)?.end(ended)
      }
    }
  }

  #send(request: Request): void {
    if (!this.#closed) this.#packer.add(request)
  }

  #end(): void {
    if (this.#closed) return
    for (const queue of this.#watches.values()) queue.end(kvErrors.stopped())
    this.#closed = true
    for (const { reject } of this.#calls.values()) reject(kvErrors.stopped())
  }
}

function revisionOf({ revision }: WireResult): Revision {
  assert(revision !== undefined, 'the answer has a revision')
  return revision
}

function optional(bytes: Uint8Array, kv: WireKeyValue | undefined) {
  return kv && keyValueOf(bytes, kv)
}
