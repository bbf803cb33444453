import { createServer as createHttp1, type Server as Http1Server } from 'node:http'
import { createServer as createHttp2, type Http2Server, type ServerHttp2Session } from 'node:http2'
import { createServer as createTcp, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TLSSocket } from 'node:tls'
import type { HttpHandler, Listener, Log } from '../base/index.ts'
import { serveHttp1 } from './http1-exchange.ts'
import { serveUpgrade } from './http1-upgrade.ts'
import { serveHttp2 } from './http2-exchange.ts'
import { closeServer, listen } from './listen.ts'
import { netError, type TlsOptions, tlsMaterial } from './tls.ts'

export interface HttpsServerOptions {
  readonly address: string
  /** 0 takes a free port. */
  readonly port: number
  /**
   * HTTP/1.1 and HTTP/2 by ALPN; a client certificate is asked for, never required: the handler
   * sees the identity. Without `tls`: plain HTTP/1.1.
   */
  readonly tls?: TlsOptions
  readonly handler: HttpHandler
  readonly log: Log
  /** How long `close` lets requests finish before their signals abort. Default 200 ms. */
  readonly drainMs?: number
}

/** What the two protocols' exchanges share. */
export interface ServerContext {
  readonly handler: HttpHandler
  readonly log: Log
  /** Every exchange under way: aborted when the server stops. */
  readonly active: Set<AbortController>
}

// A request line and headers together; kubectl's stay below 8 KiB.
const MAX_HEADER_BYTES = 64 * 1024
const MAX_STREAMS = 1000
const STREAM_WINDOW_BYTES = 1024 * 1024
/** Time after `drainMs` in which aborted requests may still say goodbye. */
const GOODBYE_MS = 300

/** Serves a handler; resolves once it listens. Throws `NetError` when it cannot. */
export async function serveHttps(options: HttpsServerOptions): Promise<Listener> {
  const context = { handler: options.handler, log: options.log, active: new Set<AbortController>() }
  const http1 = createHttp1({
    maxHeaderSize: MAX_HEADER_BYTES,
    // Longer than any client keeps an idle connection: it is the client who hangs up.
    keepAliveTimeout: 180_000,
    headersTimeout: 30_000,
    noDelay: true,
  })
  http1.on('request', (request, response) => void serveHttp1(context, request, response))
  http1.on('upgrade', (request, socket, head) => {
    void serveUpgrade(context, request, { socket: socket as Socket, head })
  })
  const http2 = createHttp2({
    settings: {
      maxConcurrentStreams: MAX_STREAMS,
      initialWindowSize: STREAM_WINDOW_BYTES,
      maxHeaderListSize: MAX_HEADER_BYTES,
    },
    maxSessionMemory: 64,
  })
  const sessions = new Set<ServerHttp2Session>()
  http2.on('session', (session) => {
    sessions.add(session)
    session.on('close', () => sessions.delete(session))
    session.on('error', (error) => options.log.debug('HTTP/2 session failed', { error }))
  })
  http2.on('stream', (stream, headers) => void serveHttp2(context, stream, headers))
  const sockets = new Set<Socket>()
  const server = createFront(options, { http1, http2, sockets })
  try {
    const { port } = await listen(server, options)
    return {
      address: options.address,
      port,
      close: () => shutDown({ server, http1, sessions, sockets, context, options }),
    }
  } catch (error) {
    throw netError(options, error)
  }
}

interface Back {
  http1: Http1Server
  http2: Http2Server
  sockets: Set<Socket>
}

/** One listening socket; each connection goes to the protocol that its TLS handshake chose. */
function createFront(options: HttpsServerOptions, { http1, http2, sockets }: Back): Server {
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', (error) => options.log.debug('connection failed', { error }))
  }
  if (!options.tls) {
    return createTcp({ noDelay: true }, (socket) => {
      track(socket)
      http1.emit('connection', socket)
    })
  }
  const server = createTls({
    ...tlsMaterial(options.tls),
    ALPNProtocols: ['h2', 'http/1.1'],
    requestCert: true,
    rejectUnauthorized: false,
    minVersion: 'TLSv1.2',
    handshakeTimeout: 10_000,
    noDelay: true,
  })
  server.on('secureConnection', (socket: TLSSocket) => {
    track(socket)
    if (socket.alpnProtocol === 'h2') http2.emit('connection', socket)
    else http1.emit('connection', socket)
  })
  server.on('tlsClientError', (error, socket) => {
    options.log.debug('TLS handshake failed', { error })
    socket.destroy()
  })
  return server
}

interface Running {
  server: Server
  http1: Http1Server
  sessions: Set<ServerHttp2Session>
  sockets: Set<Socket>
  context: ServerContext
  options: HttpsServerOptions
}

/** No new connections, a time for requests to finish, then their signals, then the sockets. */
async function shutDown(running: Running): Promise<void> {
  const { sessions, sockets, context, options } = running
  const closed = closeServer(running.server)
  for (const session of sessions) session.close()
  running.http1.closeIdleConnections()
  await until(() => context.active.size === 0, options.drainMs ?? 200)
  for (const controller of context.active) controller.abort(new Error('the server is stopping'))
  // Sockets close by themselves once their last bytes, such as a GOAWAY, are out.
  await until(() => sockets.size === 0, GOODBYE_MS)
  for (const socket of sockets) socket.destroy()
  await closed
}

async function until(done: () => boolean, timeoutMs: number): Promise<void> {
  const deadline = performance.now() + timeoutMs
  while (!done() && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}
