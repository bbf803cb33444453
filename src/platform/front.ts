import { createServer as createTcp, type Server, type Socket } from 'node:net'
import { createServer as createTls, type TLSSocket } from 'node:tls'
import type { Log } from '../base/index.ts'
import { PREFACE } from './http2/index.ts'
import { closeServer, listen, type ListenAt } from './listen.ts'
import { followTls, netError, refusalOfTls, type TlsOptions, tlsMaterial } from './tls.ts'

export interface FrontOptions extends ListenAt {
  readonly tls?: TlsOptions
  /** Whether a client without a certificate of our authority is turned away. */
  readonly clientCertificate: 'required' | 'optional'
  readonly log: Log
  readonly onHttp1: (socket: Socket) => void
  readonly onHttp2: (socket: Socket) => void
}

/** A listening port that hands each connection to the protocol that its client speaks. */
export interface Front {
  readonly port: number
  /** Connections that are open. */
  readonly sockets: ReadonlySet<Socket>
  /** Takes no more connections; resolves when the last is gone. */
  close(): Promise<void>
}

/** A client says within this what it speaks. */
const HELLO_TIMEOUT_MS = 10_000
/** As Go's servers: a client that vanished without a word is found out. */
const KEEPALIVE = { keepAlive: true, keepAliveInitialDelay: 15_000 } as const
/** Bytes that tell HTTP/2's preface from every method of HTTP/1. */
const TELLING_BYTES = 3

/** Resolves once it listens. Throws `NetError` when it cannot. */
export async function openFront(options: FrontOptions): Promise<Front> {
  const sockets = new Set<Socket>()
  const server = createServer(options, sockets)
  try {
    const { port } = await listen(server, options)
    return { port, sockets, close: () => closeServer(server) }
  } catch (error) {
    throw netError(options, error)
  }
}

function createServer(options: FrontOptions, sockets: Set<Socket>): Server {
  const { tls, log, onHttp1, onHttp2 } = options
  const track = (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
    socket.on('error', (error) => log.debug('connection failed', { error }))
  }
  if (!tls) {
    return createTcp({ noDelay: true, ...KEEPALIVE }, (socket) => {
      track(socket)
      listenIn(socket, options)
    })
  }
  const server = createTls({
    ...tlsMaterial(tls),
    ALPNProtocols: ['h2', 'http/1.1'],
    requestCert: true,
    rejectUnauthorized: options.clientCertificate === 'required',
    handshakeTimeout: HELLO_TIMEOUT_MS,
    noDelay: true,
    ...KEEPALIVE,
  })
  followTls(server, tls)
  const welcome = (socket: TLSSocket) => {
    if (socket.alpnProtocol === 'h2') onHttp2(socket)
    else if (socket.alpnProtocol === 'http/1.1') onHttp1(socket)
    else listenIn(socket, options)
  }
  server.on('secureConnection', (socket: TLSSocket) => {
    track(socket)
    if (!tls.refuse) return welcome(socket)
    unlessRefused(socket, { tls, log }, welcome).catch((error: unknown) => {
      log.debug('connection failed', { error })
      socket.destroy()
    })
  })
  server.on('tlsClientError', (error, socket) => {
    log.debug('TLS handshake failed', { error })
    socket.destroy()
  })
  return server
}

async function unlessRefused(
  socket: TLSSocket,
  { tls, log }: { tls: TlsOptions; log: Log },
  welcome: (socket: TLSSocket) => void,
): Promise<void> {
  const reason = await refusalOfTls(socket, tls, socket.remoteAddress)
  if (socket.destroyed) return
  if (reason === undefined) return welcome(socket)
  log.warn('rejected connection on client endpoint', { reason, from: socket.remoteAddress })
  socket.destroy()
}

/** Nothing was negotiated: the first bytes tell (RFC 9113 §3.3, prior knowledge). */
function listenIn(socket: Socket, { onHttp1, onHttp2 }: FrontOptions): void {
  const timer = setTimeout(() => socket.destroy(), HELLO_TIMEOUT_MS)
  socket.once('close', () => clearTimeout(timer))
  let heard: Buffer = Buffer.alloc(0)
  const onReadable = () => {
    const chunk = socket.read() as Buffer | null
    if (chunk === null) return
    heard = Buffer.concat([heard, chunk])
    const length = Math.min(heard.length, TELLING_BYTES)
    const http2 = heard.compare(PREFACE, 0, length, 0, length) === 0
    if (http2 && length < TELLING_BYTES) return
    clearTimeout(timer)
    socket.off('readable', onReadable)
    socket.unshift(heard)
    if (http2) onHttp2(socket)
    else onHttp1(socket)
  }
  socket.on('readable', onReadable)
}
