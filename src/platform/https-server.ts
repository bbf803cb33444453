import type { Socket } from 'node:net'
import { TLSSocket } from 'node:tls'
import type { HttpHandler, Listener, Log } from '../base/index.ts'
import { systemClock } from './clock.ts'
import { type Front, openFront } from './front.ts'
import { createHttp1Back, type Http1Back } from './http1-back.ts'
import { Http2Connection, type LocalSettings } from './http2/index.ts'
import { type Http2Client, serveHttp2 } from './http2-exchange.ts'
import { type ServerContext, until } from './server-context.ts'
import { tlsClient, type TlsOptions } from './tls.ts'

export interface HttpsServerOptions {
  readonly address: string
  /** 0 takes a free port. */
  readonly port: number
  /**
   * HTTP/1.1 and HTTP/2 by ALPN; a client certificate is asked for, never required: the handler
   * sees the identity. Without `tls`: plain HTTP/1.1, and HTTP/2 for clients that know.
   */
  readonly tls?: TlsOptions
  readonly handler: HttpHandler
  readonly log: Log
  /** How long `close` lets requests finish before their signals abort. Default 200 ms. */
  readonly drainMs?: number
}

const SETTINGS: LocalSettings = {
  streamsMax: 1000,
  windowBytes: 1024 * 1024,
  connectionWindowBytes: 16 * 1024 * 1024,
  headerListBytesMax: 64 * 1024,
}
/** Time after `drainMs` in which aborted requests may still say goodbye. */
const GOODBYE_MS = 300

/** Serves a handler; resolves once it listens. Throws `NetError` when it cannot. */
export async function serveHttps(options: HttpsServerOptions): Promise<Listener> {
  const context = { handler: options.handler, log: options.log, active: new Set<AbortController>() }
  const http1 = createHttp1Back(context)
  const connections = new Set<Http2Connection>()
  const front = await openFront({
    address: options.address,
    port: options.port,
    ...(options.tls && { tls: options.tls }),
    clientCertificate: 'optional',
    log: options.log,
    onHttp1: (socket) => http1.take(socket),
    onHttp2: (socket) => connect(context, connections, socket),
  })
  return {
    address: options.address,
    port: front.port,
    close: () => shutDown({ front, http1, connections, context, options }),
  }
}

function connect(context: ServerContext, connections: Set<Http2Connection>, socket: Socket): void {
  // One lookup per connection: reading the certificate parses it anew each time.
  const { remoteAddress } = socket
  const client: Http2Client = {
    ...(socket instanceof TLSSocket && { secure: true, ...tlsClient(socket) }),
    ...(remoteAddress !== undefined && { remoteAddress }),
  }
  const connection = new Http2Connection({
    socket,
    settings: SETTINGS,
    clock: systemClock,
    onRequest: (stream) => void serveHttp2(context, stream, client),
    onClose(fault) {
      connections.delete(connection)
      if (fault) context.log.debug('HTTP/2 connection ended', { error: fault })
    },
  })
  connections.add(connection)
}

interface Running {
  front: Front
  http1: Http1Back
  connections: Set<Http2Connection>
  context: ServerContext
  options: HttpsServerOptions
}

/** No new connections, a time for requests to finish, then their signals, then the sockets. */
async function shutDown(running: Running): Promise<void> {
  const { front, connections, context, options } = running
  const closed = front.close()
  for (const connection of connections) connection.close()
  running.http1.close()
  await until(() => context.active.size === 0, options.drainMs ?? 200)
  for (const controller of context.active) controller.abort(new Error('the server is stopping'))
  // Sockets close by themselves once their last bytes, such as a GOAWAY, are out.
  await until(() => front.sockets.size === 0, GOODBYE_MS)
  for (const socket of front.sockets) socket.destroy()
  await closed
}
