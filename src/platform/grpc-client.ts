import { isIP } from 'node:net'
import { checkServerIdentity } from 'node:tls'
import {
  type ChannelOptions,
  Client,
  type ClientDuplexStream,
  credentials,
  logVerbosity,
  Metadata,
  type ServiceError,
  setLogVerbosity,
} from '@grpc/grpc-js'
import {
  assert,
  type GrpcCallOptions,
  type GrpcClient,
  GrpcCode,
  GrpcError,
  present,
} from '../base/index.ts'
import type { TlsOptions } from './tls.ts'

export interface GrpcClientOptions {
  /** `https://host:port`, `http://` for plain text, or `unix:///path`; servers that answer alike. */
  readonly endpoints: readonly string[]
  readonly tls?: TlsOptions
}

// It would write to the console what its errors say as well.
setLogVerbosity(logVerbosity.NONE)

const asIs = (message: Buffer): Buffer => message

const CHANNEL: ChannelOptions = {
  'grpc.max_receive_message_length': -1,
  'grpc.max_send_message_length': -1,
  // A server that is stopped or cut off, not killed, is found by pings.
  // A server may turn away who pings more often than every five seconds, as etcd does.
  'grpc.keepalive_time_ms': 6000,
  'grpc.keepalive_timeout_ms': 3000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1000,
  'grpc.use_local_subchannel_pool': 1,
}

/**
 * A gRPC client over several servers: it stays with the one that works. A call that could not be
 * sent goes on to the next at once; one that may have acted fails with `unavailable`, and the
 * call after it goes elsewhere. Throws `GrpcError`.
 */
export function grpcClient(options: GrpcClientOptions): GrpcClient {
  assert(options.endpoints.length > 0, 'a gRPC client needs an endpoint')
  const clients = options.endpoints.map((endpoint) => openClient(endpoint, options.tls))
  let current = 0

  /** Runs `call` on one client after the other while it fails without having been sent. */
  async function failingOver<T>(signal: AbortSignal | undefined, call: (c: Client) => Promise<T>) {
    const first = current
    for (let attempt = 0; ; attempt++) {
      signal?.throwIfAborted()
      const index = (first + attempt) % clients.length
      try {
        return await call(present(clients[index], 'endpoint'))
      } catch (error) {
        if (!(error instanceof GrpcError) || error.code !== GrpcCode.unavailable) throw error
        if (current === index) current = (index + 1) % clients.length
        if (attempt + 1 >= clients.length || !neverSent(error)) throw error
      }
    }
  }

  return {
    unary: (path, request, callOptions = {}) =>
      failingOver(callOptions.signal, (client) => unary(client, path, request, callOptions)),
    stream(path, requests, callOptions = {}) {
      return (async function* () {
        // A stream's requests cannot be had twice: it moves on only while none was taken.
        const client = await failingOver(callOptions.signal, connected)
        try {
          yield* stream(client, path, requests, callOptions)
        } catch (error) {
          const lost = error instanceof GrpcError && error.code === GrpcCode.unavailable
          if (lost && clients[current] === client) current = (current + 1) % clients.length
          throw error
        }
      })()
    },
    async close() {
      for (const client of clients) client.close()
    },
  }
}

function openClient(endpoint: string, tls: TlsOptions | undefined): Client {
  // A socket of this machine; such a client sends no authority of its own.
  if (endpoint.startsWith('unix:')) {
    const options = { ...CHANNEL, 'grpc.default_authority': 'localhost' }
    return new Client(endpoint, credentials.createInsecure(), options)
  }
  const { protocol, host, hostname } = new URL(endpoint)
  if (protocol !== 'https:' || tls === undefined) {
    return new Client(host, credentials.createInsecure(), CHANNEL)
  }
  const pem = (text: string): Buffer | null => (text === '' ? null : Buffer.from(text))
  const address = hostname.replace(/^\[|\]$/g, '')
  const channel = credentials.createSsl(pem(tls.caPem), pem(tls.keyPem), pem(tls.certPem), {
    checkServerIdentity: (_, certificate) => checkServerIdentity(address, certificate),
  })
  // An address must not stand in TLS's server name (RFC 6066 §3): a name there, the address checked.
  const override = isIP(address) === 0 ? {} : { 'grpc.ssl_target_name_override': 'localhost' }
  return new Client(host, channel, { ...CHANNEL, ...override, 'grpc.default_authority': host })
}

const CONNECT_TIMEOUT_MS = 3000

function connected(client: Client): Promise<Client> {
  return new Promise((resolve, reject) => {
    const channel = client.getChannel()
    const deadline = Date.now() + CONNECT_TIMEOUT_MS
    const look = () => {
      const state = channel.getConnectivityState(true)
      const READY = 2
      const TRANSIENT_FAILURE = 3
      if (state === READY) resolve(client)
      else if (state === TRANSIENT_FAILURE || Date.now() > deadline) {
        reject(new GrpcError(GrpcCode.unavailable, `${NO_CONNECTION}: ${channel.getTarget()}`))
      } else channel.watchConnectivityState(state, deadline, look)
    }
    look()
  })
}

const NO_CONNECTION = 'No connection established'

/** grpc-js words it so when no byte has left. */
function neverSent(error: GrpcError): boolean {
  return error.message.startsWith(NO_CONNECTION) || error.message.includes('ECONNREFUSED')
}

function unary(
  client: Client,
  path: string,
  request: Uint8Array,
  options: GrpcCallOptions,
): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const { signal } = options
    const onAbort = () => call.cancel()
    const done = (error: ServiceError | null, response?: Buffer) => {
      signal?.removeEventListener('abort', onAbort)
      if (signal?.aborted) reject(signal.reason)
      else if (error) reject(grpcError(error))
      else resolve(present(response, 'response'))
    }
    const message = bufferOf(request)
    const call = client.makeUnaryRequest(path, asIs, asIs, message, metadataOf(options), done)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

async function* stream(
  client: Client,
  path: string,
  requests: AsyncIterable<Uint8Array>,
  options: GrpcCallOptions,
): AsyncGenerator<Uint8Array> {
  const { signal } = options
  signal?.throwIfAborted()
  const call = client.makeBidiStreamRequest(path, asIs, asIs, metadataOf(options))
  const onAbort = () => call.cancel()
  signal?.addEventListener('abort', onAbort, { once: true })
  let failure: Error | undefined
  call.on('error', (error) => {
    failure ??= error
  })
  const sending = sendAll(call, requests).catch(() => call.cancel())
  try {
    for await (const message of call.iterator({ destroyOnReturn: false })) yield message as Buffer
    if (failure) throw failure
  } catch (error) {
    signal?.throwIfAborted()
    throw grpcError(error)
  } finally {
    signal?.removeEventListener('abort', onAbort)
    call.cancel()
    void sending
  }
}

async function sendAll(
  call: ClientDuplexStream<Buffer, Buffer>,
  requests: AsyncIterable<Uint8Array>,
): Promise<void> {
  const iterator = requests[Symbol.asyncIterator]()
  const over = new Promise<undefined>((resolve) => {
    for (const event of ['close', 'error', 'end', 'status'])
      call.on(event, () => resolve(undefined))
  })
  for (;;) {
    const next = await Promise.race([iterator.next(), over])
    if (next === undefined) {
      void iterator.return?.().catch(() => undefined)
      return
    }
    if (next.done) break
    if (!call.write(bufferOf(next.value))) {
      await Promise.race([new Promise((resolve) => call.once('drain', resolve)), over])
    }
  }
  call.end()
}

function metadataOf(options: GrpcCallOptions): Metadata {
  const metadata = new Metadata()
  for (const [key, value] of Object.entries(options.metadata ?? {})) metadata.set(key, value)
  return metadata
}

function bufferOf(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function grpcError(error: unknown): GrpcError {
  if (error instanceof GrpcError) return error
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  const details = error instanceof Error && 'details' in error ? String(error.details) : ''
  const known = typeof code === 'number' && Object.values(GrpcCode).find((each) => each === code)
  // Our own cancelling never comes here: a server that stops cuts its calls so.
  if (known === GrpcCode.canceled) {
    return new GrpcError(GrpcCode.unavailable, `the server ended the call: ${details}`)
  }
  if (known) return new GrpcError(known, details, { cause: error })
  const message = error instanceof Error ? error.message : String(error)
  return new GrpcError(GrpcCode.unavailable, message, { cause: error })
}
