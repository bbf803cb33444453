import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import {
  GrpcCode,
  type GrpcMethods,
  type HttpHandler,
  type HttpResponse,
  type Listener,
  type PeerIdentity,
} from '../../base/index.ts'
import { systemClock } from '../clock.ts'
import { type Front, openFront } from '../front.ts'
import type { GrpcServerOptions } from '../grpc-server.ts'
import { createHttp1Back, type Http1Back } from '../http1-back.ts'
import { Http2Connection, type Http2Stream, type LocalSettings } from '../http2/index.ts'
import { serveHttp2 } from '../http2-exchange.ts'
import { type ServerContext, until } from '../server-context.ts'
import { identityOf } from '../tls.ts'
import { readCallHead } from './call-head.ts'
import { HEAD, trailersOf } from './status.ts'
import { StreamCall } from './stream-call.ts'
import { UnaryCall } from './unary-call.ts'

const RECEIVE_BYTES_MAX = 2 * 1024 * 1024
const STREAMS_MAX = 2 ** 31 - 1
const HEADER_LIST_BYTES_MAX = 64 * 1024
const WINDOW_BYTES = 1024 * 1024
const CONNECTION_WINDOW_BYTES = 16 * 1024 * 1024
/** As etcd: ping idle clients after two hours, give them 20 seconds. */
const KEEPALIVE = { idleMs: 7_200_000, timeoutMs: 20_000 }
/** How long calls may go on when the server stops. Watches never end by themselves. */
const DRAIN_MS = 500
/** Time for the last bytes after that. */
const GOODBYE_MS = 200

const CONTENT_TYPE = /^application\/grpc(?:[+;]|$)/

/** gRPC over our own HTTP/2 (gRPC: PROTOCOL-HTTP2). */
export async function serveGrpcHttp2(options: GrpcServerOptions): Promise<Listener> {
  const server = new GrpcServer(options)
  const front = await openFront({
    address: options.address,
    port: options.port,
    ...(options.path !== undefined && { path: options.path }),
    ...(options.tls && { tls: options.tls }),
    clientCertificate: options.clientCertificate ?? 'required',
    log: options.log,
    onHttp1: (socket) => server.onHttp1(socket),
    onHttp2: (socket) => server.onHttp2(socket),
  })
  return { address: options.address, port: front.port, close: () => server.close(front) }
}

/** What is asked without gRPC where nothing else is served: as Go's HTTP server answers. */
const notFound: HttpHandler = (): Promise<HttpResponse> =>
  Promise.resolve({
    status: 404,
    headers: { 'content-type': 'text/plain; charset=utf-8' },
    body: Buffer.from('404 page not found\n'),
  })

class GrpcServer {
  readonly #options: GrpcServerOptions
  readonly #methods: GrpcMethods
  readonly #services: ReadonlySet<string>
  readonly #settings: LocalSettings
  readonly #http: ServerContext
  readonly #http1: Http1Back
  readonly #connections = new Set<Http2Connection>()

  constructor(options: GrpcServerOptions) {
    this.#options = options
    this.#methods = options.methods
    this.#services = new Set([...options.methods.keys()].map((path) => path.split('/')[1] ?? ''))
    this.#settings = {
      streamsMax: options.maxConcurrentStreams ?? STREAMS_MAX,
      windowBytes: WINDOW_BYTES,
      connectionWindowBytes: CONNECTION_WINDOW_BYTES,
      headerListBytesMax: HEADER_LIST_BYTES_MAX,
    }
    this.#http = { handler: options.http ?? notFound, log: options.log, active: new Set() }
    this.#http1 = createHttp1Back(this.#http)
  }

  onHttp1(socket: Socket): void {
    this.#http1.take(socket)
  }

  onHttp2(socket: Socket): void {
    const { keepalive } = this.#options
    let identity: PeerIdentity | undefined
    let known = !(socket instanceof TLSSocket)
    // Reading a certificate costs more than a call: once a connection, when it is first needed.
    const client = () => {
      if (!known) identity = identityOf(socket as TLSSocket)
      known = true
      return identity
    }
    const connection = new Http2Connection({
      socket,
      settings: this.#settings,
      clock: systemClock,
      keepalive: { ...KEEPALIVE, ...keepalive },
      ...(keepalive?.pingMsMin !== undefined && { pingMsMin: keepalive.pingMsMin }),
      onRequest: (stream) => this.#onRequest(stream, client, socket),
      onClose: (fault) => {
        this.#connections.delete(connection)
        if (fault) this.#options.log.debug('HTTP/2 connection ended', { error: fault })
      },
    })
    this.#connections.add(connection)
  }

  async close(front: Front): Promise<void> {
    const closed = front.close()
    for (const connection of this.#connections) connection.close()
    this.#http1.close()
    await until(() => this.#http.active.size === 0 && this.#idle(), DRAIN_MS)
    // Calls under way are told by the loss of their connection; clients may try them elsewhere.
    for (const connection of this.#connections) connection.destroy()
    for (const controller of this.#http.active) {
      controller.abort(new Error('the server is stopping'))
    }
    await until(() => front.sockets.size === 0, GOODBYE_MS)
    for (const socket of front.sockets) socket.destroy()
    await closed
  }

  #idle(): boolean {
    for (const connection of this.#connections) if (connection.active > 0) return false
    return true
  }

  #onRequest(stream: Http2Stream, client: () => PeerIdentity | undefined, socket: Socket): void {
    const { head } = stream
    if (head.method !== 'POST' || !CONTENT_TYPE.test(head.headers['content-type'] ?? '')) {
      const identity = client()
      const { remoteAddress } = socket
      void serveHttp2(this.#http, stream, {
        ...(identity && { identity }),
        ...(socket instanceof TLSSocket && { secure: true }),
        ...(remoteAddress !== undefined && { remoteAddress }),
      })
      return
    }
    const method = this.#methods.get(head.path)
    if (!method) {
      refuse(stream, GrpcCode.unimplemented, unknown(head.path, this.#services))
      return
    }
    const callHead = readCallHead(head)
    if (!callHead) {
      refuse(stream, GrpcCode.internal, `malformed grpc-timeout: "${head.headers['grpc-timeout']}"`)
      return
    }
    const { encoding } = callHead
    if (encoding !== 'identity' && encoding !== 'gzip') {
      const message = `grpc: Decompressor is not installed for grpc-encoding "${encoding}"`
      refuse(stream, GrpcCode.unimplemented, message)
      return
    }
    const options = {
      stream,
      head: callHead,
      identity: client(),
      log: this.#options.log,
      receiveBytesMax: this.#options.maxReceiveBytes ?? RECEIVE_BYTES_MAX,
    }
    if (method.kind === 'unary') {
      stream.listener = new UnaryCall(method, options)
      return
    }
    const call = new StreamCall(method, options)
    stream.listener = call
    void call.run()
  }
}

/** Nothing of the request is read: what comes of it is given back at once. */
function refuse(stream: Http2Stream, code: GrpcCode, message: string): void {
  stream.respond([...HEAD, ...trailersOf({ code, message })], { end: true })
}

/** grpc-go's words. */
function unknown(path: string, services: ReadonlySet<string>): string {
  const at = path.lastIndexOf('/')
  if (at < 1) return `malformed method name: "${path}"`
  const service = path.slice(1, at)
  return services.has(service)
    ? `unknown method ${path.slice(at + 1)} for service ${service}`
    : `unknown service ${service}`
}
