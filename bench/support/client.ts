import {
  Client,
  credentials,
  type ClientDuplexStream,
  type ClientReadableStream,
  Metadata,
} from '@grpc/grpc-js'
import { etcdserverpb } from '../../src/gen/etcd.js'

/**
 * The load client: grpc-js as any Node program uses it, nothing of Navarch but the message codec,
 * so that every peer is measured through the same eyes.
 */
const identity = (bytes: Uint8Array) => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
const KV = '/etcdserverpb.KV'
const CALL_DEADLINE_MS = 10_000

export class EtcdClient {
  readonly #channels: Client[]
  #current = 0

  constructor(endpoints: readonly string[]) {
    const plain = credentials.createInsecure()
    this.#channels = endpoints.map(
      (url) =>
        new Client(new URL(url).host, plain, {
          'grpc.initial_reconnect_backoff_ms': 20,
          'grpc.max_reconnect_backoff_ms': 50,
          'grpc.max_receive_message_length': -1,
          'grpc.use_local_subchannel_pool': 1,
        }),
    )
  }

  get #channel(): Client {
    return this.#channels[this.#current % this.#channels.length] as Client
  }

  /** What a failing-over client does after an error: asks the next member. */
  failOver(): void {
    this.#current++
  }

  call(path: string, request: Uint8Array, deadlineMs = CALL_DEADLINE_MS): Promise<Uint8Array> {
    return new Promise((resolve, reject) => {
      this.#channel.makeUnaryRequest(
        path,
        identity,
        (bytes: Buffer) => new Uint8Array(bytes),
        request,
        new Metadata(),
        { deadline: Date.now() + deadlineMs },
        (error, response) => (error ? reject(error) : resolve(response ?? new Uint8Array(0))),
      )
    })
  }

  put(key: string, value: Uint8Array, deadlineMs?: number): Promise<Uint8Array> {
    const request = etcdserverpb.PutRequest.encode({ key: Buffer.from(key), value }).finish()
    return this.call(`${KV}/Put`, request, deadlineMs)
  }

  get(key: string, options: { serializable?: boolean } = {}): Promise<Uint8Array> {
    const { serializable = false } = options
    const request = etcdserverpb.RangeRequest.encode({ key: Buffer.from(key), serializable })
    return this.call(`${KV}/Range`, request.finish())
  }

  /** The store's newest. */
  async revision(): Promise<bigint> {
    const answer = etcdserverpb.RangeResponse.decode(await this.get('revision'))
    return BigInt(answer.header?.revision ?? 0)
  }

  /** One request, whose answers come as messages. */
  stream(path: string, request: Uint8Array): ClientReadableStream<Uint8Array> {
    const decode = (bytes: Buffer) => new Uint8Array(bytes)
    return this.#channel.makeServerStreamRequest(path, identity, decode, request)
  }

  async status(): Promise<{ leader: bigint; memberId: bigint }> {
    const answer = await this.call('/etcdserverpb.Maintenance/Status', new Uint8Array(0), 2000)
    const status = etcdserverpb.StatusResponse.decode(answer)
    return { leader: BigInt(status.leader), memberId: BigInt(status.header?.memberId ?? 0) }
  }

  /** One watch on a stream of its own; `onEvents` gets the number of events of each response. */
  watch(key: string, onEvents: (count: number) => void): { ready: Promise<void>; close(): void } {
    const stream: ClientDuplexStream<Uint8Array, Uint8Array> = this.#channel.makeBidiStreamRequest(
      '/etcdserverpb.Watch/Watch',
      identity,
      (bytes: Buffer) => new Uint8Array(bytes),
    )
    const ready = new Promise<void>((resolve, reject) => {
      stream.on('error', reject)
      stream.on('data', (bytes: Uint8Array) => {
        const response = etcdserverpb.WatchResponse.decode(bytes)
        if (response.created) resolve()
        if (response.events.length > 0) onEvents(response.events.length)
      })
    })
    ready.catch(() => {})
    const create = { createRequest: { key: Buffer.from(key) } }
    stream.write(etcdserverpb.WatchRequest.encode(create).finish())
    return { ready, close: () => stream.cancel() }
  }

  close(): Promise<void> {
    for (const channel of this.#channels) channel.close()
    return Promise.resolve()
  }
}
