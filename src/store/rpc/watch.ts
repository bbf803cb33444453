import { GrpcCode, type GrpcMethod, KvError } from '../../base/index.ts'
import { etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdApi } from '../index.ts'
import type { EncodedEvent, EventBatch, QueuedResponse, WatchStream } from '../watch/index.ts'
import { encodeHeader } from './encode.ts'
import { MessageBuilder } from './message.ts'
import { decode, type RpcCall, stream } from './method.ts'

/** A response above this is cut when its watcher asked for fragments: etcd's request limit and 512 KiB. */
const FRAGMENT_BYTES_DEFAULT = 2 * 2 ** 20

export interface WatchRpcOptions {
  readonly fragmentBytes?: number
}

export function watchMethods(
  etcd: EtcdApi,
  options: WatchRpcOptions = {},
): [path: string, method: GrpcMethod][] {
  const fragmentBytes = options.fragmentBytes ?? FRAGMENT_BYTES_DEFAULT
  const encoder = new WatchEncoder(fragmentBytes)
  return [
    [
      '/etcdserverpb.Watch/Watch',
      stream((requests, call) => serve({ etcd, encoder }, requests, call)),
    ],
  ]
}

function serve(
  { etcd, encoder }: { etcd: EtcdApi; encoder: WatchEncoder },
  requests: AsyncIterable<Uint8Array>,
  call: RpcCall,
): AsyncIterable<Uint8Array> {
  const watch = etcd.watch()
  // The client's requests are obeyed while its responses flow; its end ends the stream, as in etcd.
  const ended = obey({ etcd, watch }, requests, call)
  ended.then(
    () => watch.close(),
    (error: unknown) => watch.fail(error),
  )
  return { [Symbol.asyncIterator]: () => new Responses({ watch, encoder }, call.signal) }
}

/** A stream's responses as bytes. Ends the watch when it ends itself, or its call does. */
class Responses implements AsyncIterator<Uint8Array> {
  readonly #responses: AsyncIterator<QueuedResponse>
  readonly #encoder: WatchEncoder
  readonly #close: () => void
  /** What is left of a response in fragments. */
  #rest: Iterator<Uint8Array> | undefined
  constructor(
    { watch, encoder }: { watch: WatchStream; encoder: WatchEncoder },
    signal: AbortSignal,
  ) {
    this.#responses = watch[Symbol.asyncIterator]()
    this.#encoder = encoder
    const onAbort = () => watch.close()
    signal.addEventListener('abort', onAbort, { once: true })
    if (signal.aborted) onAbort()
    this.#close = () => {
      signal.removeEventListener('abort', onAbort)
      watch.close()
    }
  }

  async next(): Promise<IteratorResult<Uint8Array>> {
    const part = this.#rest?.next()
    if (part && !part.done) return part
    this.#rest = undefined
    try {
      const { done, value: response } = await this.#responses.next()
      if (!done) return this.#encode(response)
      this.#close()
      return { done: true, value: undefined }
    } catch (error) {
      this.#close()
      throw error
    }
  }

  #encode(response: QueuedResponse): IteratorResult<Uint8Array> {
    const parts = this.#encoder.encode(response)
    if (parts instanceof Uint8Array) return { done: false, value: parts }
    this.#rest = parts
    return parts.next()
  }

  return(): Promise<IteratorResult<Uint8Array>> {
    this.#close()
    return Promise.resolve({ done: true, value: undefined })
  }
}

async function obey(
  { etcd, watch }: { etcd: EtcdApi; watch: WatchStream },
  requests: AsyncIterable<Uint8Array>,
  call: RpcCall,
): Promise<void> {
  for await (const bytes of requests) {
    const { createRequest, cancelRequest, progressRequest } = decode(pb.WatchRequest, bytes)
    if (createRequest) await create({ etcd, watch }, createRequest, call)
    else if (cancelRequest) watch.cancel(cancelRequest.watchId ?? 0)
    else if (progressRequest) watch.requestProgress()
    await watch.room()
  }
}

/** A watch that is not permitted is answered in the stream, which goes on. */
async function create(
  { etcd, watch }: { etcd: EtcdApi; watch: WatchStream },
  request: pb.WatchCreateRequest.$Properties,
  call: RpcCall,
): Promise<void> {
  try {
    await etcd.requireWatch(request, call)
  } catch (error) {
    if (!(error instanceof KvError)) throw error
    const cancelReason = goText(error)
    watch.pushControl(etcd.header(), { watchId: -1, created: true, canceled: true, cancelReason })
    return
  }
  watch.create(request)
}

/** As Go prints a gRPC error, which etcd gives as the reason. */
function goText({ code, message }: KvError): string {
  const name = Object.entries(GrpcCode).find(([, value]) => value === code)?.[0] ?? 'unknown'
  return `rpc error: code = ${name.charAt(0).toUpperCase()}${name.slice(1)} desc = ${message}`
}

/**
 * `WatchResponse`s as bytes: header (1), watch_id (2), created (3), canceled (4), compact_revision
 * (5), cancel_reason (6), fragment (7), events (11). Events were encoded once for all watchers, and
 * a whole response is shared by the watchers that get the same under the same id.
 */
class WatchEncoder {
  readonly #fragmentBytes: number
  readonly #shared = new WeakMap<EventBatch, { head: string; bytes: Uint8Array }>()

  constructor(fragmentBytes: number) {
    this.#fragmentBytes = fragmentBytes
  }

  /** One message, or several of a response that is cut. */
  encode(response: QueuedResponse): Uint8Array | Iterator<Uint8Array> {
    const { batch, watcher } = response
    if (!batch) return headOf(response).finish()
    if (watcher?.fragment && batch.wire.length >= this.#fragmentBytes) {
      return this.#fragments(response, batch.events)
    }
    const head = `${response.watchId}/${response.header.revision}/${response.header.raftTerm}`
    let shared = this.#shared.get(batch)
    if (shared?.head !== head) {
      shared = { head, bytes: headOf(response).raw(batch.wire).finish() }
      this.#shared.set(batch, shared)
    }
    return shared.bytes
  }

  *#fragments(response: QueuedResponse, events: readonly EncodedEvent[]): Generator<Uint8Array> {
    let at = 0
    while (at < events.length) {
      const message = headOf(response)
      const parts: Uint8Array[] = []
      let size = 0
      do {
        const wire = (events[at++] as EncodedEvent).wire
        parts.push(wire)
        size += wire.length
      } while (
        at < events.length &&
        size + (events[at] as EncodedEvent).wire.length < this.#fragmentBytes
      )
      message.number(7, at < events.length)
      for (const part of parts) message.raw(part)
      yield message.finish()
    }
  }
}

function headOf(response: QueuedResponse): MessageBuilder {
  const message = new MessageBuilder().bytes(1, encodeHeader(response.header))
  if (response.watchId < 0) message.raw(MINUS_ONE)
  else message.number(2, response.watchId)
  message.number(3, response.created).number(4, response.canceled)
  message.number(5, response.compactRevision)
  if (response.cancelReason !== '') message.bytes(6, Buffer.from(response.cancelReason))
  return message
}

/** watch_id -1: nobody's, or everybody's. */
const MINUS_ONE = pb.WatchResponse.encode({ watchId: -1 }).finish()
