import { Channel, type GrpcClient, GrpcCode, KvError } from '../../base/index.ts'
import { type mvccpb, etcdserverpb as pb } from '../../gen/etcd.js'
import type { EtcdWatchEvent, EtcdWatchResponse, EtcdWatchStream } from '../etcd-calls.ts'
import { headerOf, keyValueOf, kvError } from './convert.ts'

const REQUESTS_MAX = 1024

/** One watch stream of etcd v3, for one watcher. */
export class GrpcWatchStream implements EtcdWatchStream {
  readonly #client: GrpcClient
  readonly #progressIsOrdered: Promise<boolean>
  readonly #controller = new AbortController()
  readonly #requests = new Channel<Uint8Array>({ maxLength: REQUESTS_MAX })
  readonly #responses: AsyncIterator<Uint8Array>
  #first: Promise<IteratorResult<Uint8Array>> | undefined
  /** A progress answer that a second one has to confirm. */
  #unconfirmed: EtcdWatchResponse | undefined

  constructor(client: GrpcClient, progressIsOrdered: Promise<boolean>) {
    this.#client = client
    this.#progressIsOrdered = progressIsOrdered
    const path = '/etcdserverpb.Watch/Watch'
    const { signal } = this.#controller
    this.#responses = this.#client.stream(path, this.#requests, { signal })[Symbol.asyncIterator]()
  }

  create(request: pb.WatchCreateRequest.$Properties): void {
    this.#send({ createRequest: request })
    // The stream opens at the first read: a watch begins when it is asked for, not when it is read.
    this.#first = this.#responses.next()
    this.#first.catch(() => undefined)
  }

  requestProgress(): void {
    this.#send({ progressRequest: {} })
  }

  close(): void {
    this.#requests.close()
    this.#controller.abort(new KvError(GrpcCode.canceled, 'etcdserver: watch canceled'))
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<EtcdWatchResponse> {
    try {
      for (;;) {
        const next = await (this.#first ?? this.#responses.next())
        this.#first = undefined
        if (next.done) return
        const response = responseOf(pb.WatchResponse.decode(next.value))
        const confirmed = isProgress(response) ? await this.#confirm(response) : response
        if (confirmed) yield confirmed
      }
    } catch (error) {
      throw kvError(error)
    } finally {
      this.close()
    }
  }

  async #confirm(progress: EtcdWatchResponse): Promise<EtcdWatchResponse | undefined> {
    if (await this.#progressIsOrdered) return progress
    const first = this.#unconfirmed
    this.#unconfirmed = first ? undefined : progress
    if (!first) this.requestProgress()
    return first
  }

  #send(request: pb.WatchRequest.$Properties): void {
    this.#requests.push(pb.WatchRequest.encode(request).finish())
  }
}

function isProgress({ created, canceled, events }: EtcdWatchResponse): boolean {
  return !created && !canceled && events.length === 0
}

function responseOf(response: pb.WatchResponse): EtcdWatchResponse {
  const { created, canceled, compactRevision, cancelReason, events } = response
  return {
    header: headerOf(response),
    created,
    canceled,
    compactRevision,
    cancelReason,
    events: events.map(eventOf),
  }
}

function eventOf({ type, kv, prevKv }: mvccpb.Event.$Properties): EtcdWatchEvent {
  return {
    type: type === 1 ? 'delete' : 'put',
    kv: keyValueOf(kv ?? {}),
    prevKv: prevKv ? keyValueOf(prevKv) : undefined,
  }
}
