import { assertNever, GrpcCode, KvError } from '../../base/index.ts'
import type { KeyValue, Kv } from '../types.ts'
import {
  type Answer,
  type Call,
  type KvPort,
  type Packet,
  Packer,
  type Request,
  valueOf,
  type WireError,
  type WireResult,
} from './wire.ts'

/** Batches of one watch that are on their way and not taken by its consumer. */
const WATCH_WINDOW = 256

/** Answers the calls that come over a port from any `Kv`, until the port closes. */
export function serveKv(kv: Kv, port: KvPort): { close(): void } {
  const server = new KvServer(kv, port)
  return { close: () => server.close() }
}

interface Watch {
  readonly controller: AbortController
  credit: number
  onCredit: (() => void) | undefined
}

type PackResult = (to: Packer<Answer>) => WireResult
type PlainCall = Exclude<Call, { readonly method: 'get' | 'list' | 'create' | 'update' | 'delete' }>

class KvServer {
  readonly #kv: Kv
  readonly #packer: Packer<Answer>
  readonly #calls = new Map<number, AbortController>()
  readonly #watches = new Map<number, Watch>()
  #closed = false

  constructor(kv: Kv, port: KvPort) {
    this.#kv = kv
    this.#packer = new Packer(port)
    port.onMessage((message) => {
      if (this.#closed) return
      const { items, bytes } = message as Packet<Request>
      for (const item of items) this.#handle(item, bytes)
    })
    port.onClose(() => this.close())
  }

  close(): void {
    if (this.#closed) return
    this.#closed = true
    for (const controller of this.#calls.values()) controller.abort()
    for (const { controller } of this.#watches.values()) controller.abort()
  }

  #handle(request: Request, bytes: Uint8Array): void {
    switch (request.op) {
      case 'call':
        void this.#call(request.id, request.call, bytes)
        break
      case 'cancel':
        this.#calls.get(request.id)?.abort()
        break
      case 'watch':
        void this.#watch(request)
        break
      case 'unwatch':
        this.#watches.get(request.id)?.controller.abort()
        break
      case 'taken': {
        const watch = this.#watches.get(request.id)
        if (!watch) break
        watch.credit += request.count
        watch.onCredit?.()
        break
      }
      case 'progress':
        this.#kv.requestProgress()
    }
  }

  async #call(id: number, call: Call, bytes: Uint8Array): Promise<void> {
    const controller = new AbortController()
    this.#calls.set(id, controller)
    try {
      const pack = await this.#run(call, bytes, controller.signal)
      // Values and the item that points to them go into the packer in one go.
      if (!this.#closed) this.#answer({ op: 'result', id, result: pack(this.#packer) })
    } catch (error) {
      this.#answer({ op: 'error', id, error: wireError(error) })
    } finally {
      this.#calls.delete(id)
    }
  }

  async #run(call: Call, bytes: Uint8Array, signal: AbortSignal): Promise<PackResult> {
    const kv = this.#kv
    switch (call.method) {
      case 'get': {
        const at = call.revision === undefined ? {} : { revision: call.revision }
        const { revision, kv: found } = await kv.get(call.key, { ...at, signal })
        return (to) => ({ revision, ...packed(to, found) })
      }
      case 'list': {
        const found = await kv.list(call.prefix, { ...call.options, signal })
        return (to) => ({ ...found, kvs: found.kvs.map((each) => to.keyValue(each)) })
      }
      case 'create': {
        const { key, lease } = call
        const done = await kv.create(key, valueOf(bytes, call), { lease, signal })
        return () => done
      }
      case 'update': {
        const { key, lease, expected } = call
        const done = await kv.update(key, valueOf(bytes, call), expected, { lease, signal })
        if (done.kind === 'ok') return () => done
        return (to) => ({ kind: 'conflict', ...packed(to, done.current) })
      }
      case 'delete': {
        const done = await kv.delete(call.key, call.expected, { signal })
        if (done.kind === 'conflict') {
          return (to) => ({ kind: 'conflict', ...packed(to, done.current) })
        }
        const { kind, revision, previous } = done
        return (to) => ({ kind, revision, ...packed(to, previous) })
      }
      default:
        return await this.#runPlain(call, signal)
    }
  }

  /** The methods without values. */
  async #runPlain(call: PlainCall, signal: AbortSignal): Promise<PackResult> {
    const kv = this.#kv
    switch (call.method) {
      case 'currentRevision': {
        const revision = await kv.currentRevision({ signal })
        return () => ({ revision })
      }
      case 'count': {
        const count = await kv.count(call.prefix, { signal })
        return () => ({ count })
      }
      case 'compact':
        await kv.compact(call.revision, { signal })
        return () => ({})
      case 'leaseGrant': {
        const lease = await kv.leaseGrant(call.ttlSeconds, { signal })
        return () => ({ lease })
      }
      case 'leaseRevoke':
        await kv.leaseRevoke(call.lease, { signal })
        return () => ({})
      case 'leaseKeepAlive': {
        const count = await kv.leaseKeepAlive(call.lease, { signal })
        return () => ({ count })
      }
      default:
        return assertNever(call)
    }
  }

  async #watch(request: Extract<Request, { op: 'watch' }>): Promise<void> {
    const { id, prefix, startRevision, previous } = request
    const controller = new AbortController()
    const { signal } = controller
    const watch: Watch = { controller, credit: WATCH_WINDOW, onCredit: undefined }
    this.#watches.set(id, watch)
    const start = startRevision === undefined ? {} : { startRevision }
    try {
      for await (const batch of this.#kv.watch(prefix, { ...start, previous, signal })) {
        const events = batch.events.map((event) => this.#packer.event(event))
        this.#answer({ op: 'batch', id, revision: batch.revision, events })
        watch.credit--
        while (watch.credit <= 0 && !signal.aborted) await creditOrAbort(watch)
      }
      this.#answer({ op: 'end', id, error: undefined })
    } catch (error) {
      this.#answer({ op: 'end', id, error: wireError(error) })
    } finally {
      this.#watches.delete(id)
    }
  }

  #answer(answer: Answer): void {
    if (!this.#closed) this.#packer.add(answer)
  }
}

function packed(to: Packer<Answer>, kv: KeyValue | undefined): WireResult {
  return kv ? { kv: to.keyValue(kv) } : {}
}

function creditOrAbort(watch: Watch): Promise<void> {
  const { signal } = watch.controller
  return new Promise((resolve) => {
    const done = () => {
      watch.onCredit = undefined
      signal.removeEventListener('abort', done)
      resolve()
    }
    watch.onCredit = done
    signal.addEventListener('abort', done, { once: true })
  })
}

function wireError(error: unknown): WireError {
  if (error instanceof KvError) return { code: error.code, message: error.message }
  const message = error instanceof Error ? error.message : String(error)
  return { code: GrpcCode.internal, message }
}
