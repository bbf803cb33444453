import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import type {
  Listener,
  Log,
  MemberId,
  PeerIdentity,
  PeerReceiver,
  PeerTransport,
} from '../base/index.ts'
import { ECHO, FrameStream, writeEcho, writeFrame } from './frames.ts'
import { closeServer, listen } from './listen.ts'
import { decodeHello, encodeAnswer, type Hello, refusalOf } from './peer-handshake.ts'
import { MAX_QUEUED_BYTES, PeerLink, sendOverOwnConnection, STREAM_END } from './peer-link.ts'
import {
  followTls,
  identityOf,
  netError,
  refusalOfTls,
  type TlsOptions,
  tlsMaterial,
} from './tls.ts'

export interface PeerTransportOptions {
  readonly self: MemberId
  readonly clusterId: bigint
  readonly listen: PeerAddress
  /** Further addresses that are listened on. */
  readonly listenAlso?: readonly PeerAddress[]
  /** Without: plain text, and whoever connects is taken for a member. */
  readonly tls: TlsOptions | undefined
  /** Whether a peer without a certificate of our authority is turned away. Default `required`. */
  readonly clientCertificate?: 'required' | 'optional'
  readonly log: Log
  /** Whether a certificate that our authority signed may act as a member. Default: any may. */
  readonly authorize?: (identity: PeerIdentity) => boolean
}

export interface PeerAddress {
  readonly address: string
  readonly port: number
  /** In plain text, although there is TLS. */
  readonly plain?: boolean
}

/**
 * Mutual TLS between members. Each member dials each other one and sends on that connection, so a
 * pair has two; a long transfer has one of its own. Throws `NetError` when it cannot listen.
 */
export async function tlsPeers(
  options: PeerTransportOptions,
): Promise<PeerTransport & { readonly listener: Pick<Listener, 'address' | 'port'> }> {
  const links = new Map<MemberId, PeerLink>()
  const removed = new Set<MemberId>()
  const incoming = new Map<Socket, MemberId>()
  /** Connections on which members send frames: the way back to those whose address is unknown. */
  const waysBack = new Map<MemberId, Socket>()
  let receiver: PeerReceiver | undefined
  const doorkeeper: Doorkeeper = {
    receiver: () => receiver,
    removed,
    onHello: (from) => links.get(from)?.hurry(),
    onFrames: (from, socket) => {
      waysBack.set(from, socket)
      socket.once('close', () => {
        if (waysBack.get(from) === socket) waysBack.delete(from)
      })
    },
  }
  const { servers, port } = await listenForMembers(options, incoming, doorkeeper)
  return {
    listener: { address: options.listen.address, port },
    send(to, frame) {
      const link = links.get(to)
      if (link) link.send(frame)
      else sendBack(waysBack.get(to), frame)
    },
    async sendStream(to, header, chunks, { signal }) {
      const link = links.get(to)
      if (!link) throw new Error(`no address is known for member ${to.toString(16)}`)
      await sendOverOwnConnection(options, { to, urls: link.urls, header, chunks, signal })
    },
    receive(given) {
      receiver = given
    },
    setPeer(id, peerUrls) {
      if (id === options.self) return
      const known = links.get(id)
      if (known) {
        known.urls = peerUrls
        return
      }
      const link = new PeerLink(options, id, peerUrls, {
        onUp: () => receiver?.onUp(id),
        onDown: () => receiver?.onDown(id),
        onFrame: (frame) => receiver?.onFrame(id, frame),
        onRoundTrip: (seconds) => receiver?.onRoundTrip?.(id, seconds),
        onRemoved: () => receiver?.onRemoved(),
      })
      links.set(id, link)
    },
    removePeer(id) {
      if (removed.has(id)) return
      removed.add(id)
      links.get(id)?.close()
      links.delete(id)
      // It dials again, and hears why it is not welcome.
      for (const [socket, from] of incoming) if (from === id) socket.destroy()
    },
    async close() {
      receiver = undefined
      for (const link of links.values()) link.close()
      links.clear()
      for (const socket of incoming.keys()) socket.destroy()
      await Promise.all(servers.map(closeServer))
    },
  }
}

const HANDSHAKE_TIMEOUT_MS = 5000

interface Doorkeeper {
  readonly receiver: () => PeerReceiver | undefined
  readonly removed: ReadonlySet<MemberId>
  /** Another member has dialled, and is welcome. */
  readonly onHello: (from: MemberId) => void
  /** It has sent its first frame on this connection. */
  readonly onFrames: (from: MemberId, socket: Socket) => void
}

/** A server for each address; `port` is the first one's. Throws `NetError`. */
async function listenForMembers(
  options: PeerTransportOptions,
  incoming: Map<Socket, MemberId>,
  doorkeeper: Doorkeeper,
): Promise<{ servers: readonly Server[]; port: number }> {
  const servers: Server[] = []
  const ports: number[] = []
  for (const at of [options.listen, ...(options.listenAlso ?? [])]) {
    const tls = at.plain ? undefined : options.tls
    const server = serveMembers({ ...options, tls }, incoming, doorkeeper)
    try {
      ports.push((await listen(server, at)).port)
    } catch (error) {
      await Promise.all(servers.map(closeServer))
      throw netError(at, error)
    }
    servers.push(server)
  }
  return { servers, port: ports[0] ?? 0 }
}

/** Whether whoever has dialled may act as a member. */
type Judge = () => Promise<boolean> | boolean

function serveMembers(
  options: PeerTransportOptions,
  incoming: Map<Socket, MemberId>,
  doorkeeper: Doorkeeper,
): Server {
  const { tls, log } = options
  const take = (socket: Socket, judge: Judge) => {
    incoming.set(socket, 0)
    socket.on('error', (error) => log.debug('a peer connection broke', { error }))
    socket.on('close', () => incoming.delete(socket))
    const onHello = (from: MemberId) => {
      incoming.set(socket, from)
      doorkeeper.onHello(from)
    }
    serveMember(options, socket, { ...doorkeeper, onHello, judge }).catch((error: unknown) => {
      log.debug('a peer connection ended', { error })
      socket.destroy()
    })
  }
  if (!tls) return createServer({ noDelay: true }, (socket) => take(socket, () => true))
  const server = createTlsServer({
    ...tlsMaterial(tls),
    requestCert: true,
    rejectUnauthorized: options.clientCertificate !== 'optional',
    handshakeTimeout: HANDSHAKE_TIMEOUT_MS,
    noDelay: true,
  })
  followTls(server, tls)
  server.on('tlsClientError', (error) => log.debug('a peer failed TLS', { error }))
  server.on('secureConnection', (socket: TLSSocket) => {
    const identity = identityOf(socket)
    const isOpen = options.clientCertificate === 'optional'
    const isMember = identity !== undefined && (options.authorize?.(identity) ?? true)
    take(socket, async () => {
      const reason = await refusalOfTls(socket, tls, socket.remoteAddress)
      if (reason !== undefined) log.warn('rejected connection on peer endpoint', { reason })
      return reason === undefined && (isOpen || isMember)
    })
  })
  return server
}

async function serveMember(
  options: PeerTransportOptions,
  socket: Socket,
  { judge, receiver, onHello, onFrames, removed }: Doorkeeper & { judge: Judge },
): Promise<void> {
  const frames = new FrameStream(socket)
  const timer = setTimeout(() => socket.destroy(), HANDSHAKE_TIMEOUT_MS)
  socket.once('close', () => clearTimeout(timer))
  // It may ask the DNS.
  const allowed = await judge()
  const first = await frames.next()
  clearTimeout(timer)
  if (!first) return
  const hello = decodeHello(first)
  const self = { clusterId: options.clusterId, id: options.self, removed }
  const refusal = allowed ? refusalOf(hello, self) : 'the certificate is not that of a member'
  writeFrame(socket, encodeAnswer(refusal))
  if (refusal !== '') {
    options.log.warn('turned a peer away', { from: hello.from.toString(16), reason: refusal })
    socket.end()
    return
  }
  if (hello.purpose === 'inquiry') {
    writeFrame(socket, receiver()?.onInquiry() ?? new Uint8Array(0))
    socket.end()
    return
  }
  onHello(hello.from)
  if (hello.purpose === 'stream') {
    await receiveStream(socket, hello, frames, receiver())
    return
  }
  let isFirst = true
  await frames.listen((frame) => {
    if (frame === ECHO) {
      writeEcho(socket)
      return
    }
    // Not before: what came together with the answer to its hello would be lost.
    if (isFirst) onFrames(hello.from, socket)
    isFirst = false
    receiver()?.onFrame(hello.from, frame)
  })
}

function sendBack(socket: Socket | undefined, frame: Uint8Array): void {
  if (socket && !socket.destroyed && socket.writableLength <= MAX_QUEUED_BYTES) {
    writeFrame(socket, frame)
  }
}

async function receiveStream(
  socket: Socket,
  hello: Hello,
  frames: FrameStream,
  receiver: PeerReceiver | undefined,
): Promise<void> {
  const header = await frames.next()
  if (!header || !receiver) return socket.destroy() && undefined
  await receiver.onStream(hello.from, header, untilEnd(frames))
  writeFrame(socket, STREAM_END)
  socket.end()
}

/** A transfer is whole only when its end has come: a broken connection throws. */
async function* untilEnd(frames: FrameStream): AsyncGenerator<Uint8Array> {
  for (;;) {
    const next = await frames.next()
    if (!next) throw new Error('the transfer broke off')
    if (next.length === STREAM_END.length) return
    yield next
  }
}
