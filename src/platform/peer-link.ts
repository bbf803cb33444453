import { connect, type Socket } from 'node:net'
import { connect as connectTls, TLSSocket } from 'node:tls'
import { ConnectionError, type MemberId } from '../base/index.ts'
import { ECHO, FrameStream, writeEcho, writeFrame } from './frames.ts'
import { decodeAnswer, encodeHello, type Hello, REMOVED } from './peer-handshake.ts'
import type { PeerTransportOptions } from './peers.ts'
import { clientContext, connectionError, refusalOfTls, type TlsOptions } from './tls.ts'

/** The empty frame: ends a long transfer, and says that it was taken. */
export const STREAM_END = new Uint8Array(0)

/** Frames beyond this wait for nobody: Raft sends again what was lost. */
export const MAX_QUEUED_BYTES = 64 * 1024 * 1024
const CONNECT_TIMEOUT_MS = 2000
const BACKOFF_MS_MIN = 20
const BACKOFF_MS_MAX = 500

export interface LinkEvents {
  onUp(): void
  onDown(): void
  /** The other side answers here when it knows no address to dial. */
  onFrame(frame: Uint8Array): void
  /** Seconds until the other side answered when asked whether it is there. */
  onRoundTrip(seconds: number): void
  /** The other side says that this member was removed from the cluster. */
  onRemoved(): void
}

/** How often the other side is asked whether it is there: as etcd's probes. */
const ECHO_EVERY_MS = 5000

/** The connection on which frames go to one other member: kept up until closed. */
export class PeerLink {
  urls: readonly string[]
  readonly #options: PeerTransportOptions
  readonly #id: MemberId
  readonly #events: LinkEvents
  #socket: Socket | undefined
  #timer: NodeJS.Timeout | undefined
  #backoffMs = BACKOFF_MS_MIN
  #attempt = 0
  #closed = false

  constructor(
    options: PeerTransportOptions,
    id: MemberId,
    urls: readonly string[],
    events: LinkEvents,
  ) {
    this.#options = options
    this.#id = id
    this.urls = urls
    this.#events = events
    void this.#dial()
  }

  send(frame: Uint8Array): void {
    const socket = this.#socket
    if (!socket || socket.writableLength > MAX_QUEUED_BYTES) return
    writeFrame(socket, frame)
  }

  /** The other side is known to be there now: a wait for the next attempt ends. */
  hurry(): void {
    if (!this.#timer || this.#closed) return
    clearTimeout(this.#timer)
    this.#backoffMs = BACKOFF_MS_MIN
    void this.#dial()
  }

  close(): void {
    this.#closed = true
    clearTimeout(this.#timer)
    this.#socket?.destroy()
  }

  async #dial(): Promise<void> {
    this.#timer = undefined
    const url = this.urls[this.#attempt++ % Math.max(1, this.urls.length)]
    try {
      if (url === undefined) throw new Error('no peer URL is known')
      const dialled = await dialMember(this.#options, { url, to: this.#id, purpose: 'frames' })
      if (this.#closed) {
        dialled.socket.destroy()
        return
      }
      this.#up(dialled)
    } catch (error) {
      const to = this.#id.toString(16)
      this.#options.log.debug('cannot reach a peer', { to, url, error })
      if (error instanceof Error && error.message.endsWith(REMOVED)) this.#events.onRemoved()
      this.#redialLater()
    }
  }

  #up({ socket, frames }: Dialled): void {
    this.#socket = socket
    this.#backoffMs = BACKOFF_MS_MIN
    socket.on('close', () => {
      if (this.#socket !== socket) return
      this.#socket = undefined
      if (this.#closed) return
      this.#events.onDown()
      this.#redialLater()
    })
    let askedMs = 0
    const ask = () => {
      askedMs = performance.now()
      writeEcho(socket)
    }
    const timer = setInterval(ask, ECHO_EVERY_MS)
    socket.on('close', () => clearInterval(timer))
    const onEcho = () => this.#events.onRoundTrip((performance.now() - askedMs) / 1000)
    void this.#readAnswers(socket, frames, onEcho)
    ask()
    this.#events.onUp()
  }

  /** Until the end of the connection, which reading finds. */
  async #readAnswers(socket: Socket, frames: FrameStream, onEcho: () => void): Promise<void> {
    try {
      await frames.listen((frame) => {
        if (frame === ECHO) onEcho()
        else this.#events.onFrame(frame)
      })
    } catch (error) {
      this.#options.log.debug('a peer connection broke', { error })
    }
    socket.destroy()
  }

  #redialLater(): void {
    if (this.#closed) return
    // Spread, so that two members do not keep meeting at the same moment.
    const delayMs = this.#backoffMs * (0.5 + Math.random() / 2)
    this.#backoffMs = Math.min(this.#backoffMs * 2, BACKOFF_MS_MAX)
    this.#timer = setTimeout(() => void this.#dial(), delayMs)
  }
}

interface Dial {
  url: string
  to: MemberId
  purpose: Hello['purpose']
}

function openSocket(url: string, tls: TlsOptions | undefined): Socket {
  const { hostname, port, protocol } = new URL(url)
  const isPlain = protocol === 'http:'
  const at = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || (isPlain ? 80 : 443)) }
  if (!tls || isPlain) return connect(at)
  const rejectUnauthorized = tls.trustAnybody !== true
  return connectTls({ ...at, secureContext: clientContext(tls), rejectUnauthorized })
}

type Dialler = Pick<PeerTransportOptions, 'self' | 'clusterId' | 'tls'>

/** A connection that was welcomed. The socket has its 'error' listener. */
interface Dialled {
  readonly socket: Socket
  /** What comes after the welcome, which may have come together with it. */
  readonly frames: FrameStream
}

/** Connects and is welcomed, or throws. */
async function dialMember(options: Dialler, dial: Dial): Promise<Dialled> {
  const socket = openSocket(dial.url, options.tls)
  socket.setNoDelay(true)
  socket.setKeepAlive(true, 5000)
  const timer = setTimeout(
    () => socket.destroy(new Error('connecting timed out')),
    CONNECT_TIMEOUT_MS,
  )
  try {
    await new Promise<void>((resolve, reject) => {
      socket.on('error', reject)
      socket.on('close', () => reject(new Error('connection closed')))
      socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', resolve)
    })
    if (options.tls && socket instanceof TLSSocket) {
      const reason = await refusalOfTls(socket, options.tls)
      if (reason !== undefined) throw new Error(reason)
    }
    const { clusterId, self: from } = options
    writeFrame(socket, encodeHello({ clusterId, from, to: dial.to, purpose: dial.purpose }))
    const frames = new FrameStream(socket)
    const refusal = decodeAnswer(await nextFrame(frames))
    if (refusal !== '') throw new Error(refusal)
    return { socket, frames }
  } catch (error) {
    socket.destroy()
    throw connectionError(dial.url, error, { sent: false })
  } finally {
    clearTimeout(timer)
  }
}

async function nextFrame(frames: FrameStream): Promise<Uint8Array> {
  const next = await frames.next()
  if (!next) throw new Error('connection closed')
  return next
}

const ANYBODY = { self: 0, clusterId: 0n } as const

/** Asks a member who the members are, on behalf of one that is about to join. Throws `ConnectionError`. */
export async function inquire(url: string, tls: TlsOptions | undefined): Promise<Uint8Array> {
  const { socket, frames } = await dialMember(
    { ...ANYBODY, tls },
    { url, to: 0, purpose: 'inquiry' },
  )
  const timer = setTimeout(() => socket.destroy(), CONNECT_TIMEOUT_MS)
  try {
    return await nextFrame(frames)
  } catch (error) {
    throw connectionError(url, error, { sent: true })
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

export interface Transfer {
  readonly to: MemberId
  readonly urls: readonly string[]
  readonly header: Uint8Array
  readonly chunks: AsyncIterable<Uint8Array>
  readonly signal: AbortSignal
}

/** Sends a long transfer and waits until the other side has taken it. Throws `ConnectionError`. */
export async function sendOverOwnConnection(
  options: PeerTransportOptions,
  { to, urls, header, chunks, signal }: Transfer,
): Promise<void> {
  signal.throwIfAborted()
  const url = urls[0]
  if (url === undefined) throw new ConnectionError('no peer URL is known', { sent: false })
  const { socket, frames } = await dialMember(options, { url, to, purpose: 'stream' })
  const onAbort = () => socket.destroy(signal.reason instanceof Error ? signal.reason : undefined)
  signal.addEventListener('abort', onAbort, { once: true })
  try {
    // Listened for from the start: the receiver may refuse in the middle.
    const taken = nextFrame(frames)
    taken.catch(() => undefined)
    writeFrame(socket, header)
    for await (const chunk of chunks) {
      if (chunk.length > 0 && !writeFrame(socket, chunk)) await drained(socket)
      if (socket.destroyed) break
    }
    if (!socket.destroyed) writeFrame(socket, STREAM_END)
    await taken
  } catch (error) {
    signal.throwIfAborted()
    throw connectionError(url, error, { sent: true })
  } finally {
    signal.removeEventListener('abort', onAbort)
    socket.destroy()
  }
}

function drained(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done)
      socket.off('close', done)
      resolve()
    }
    socket.on('drain', done)
    socket.on('close', done)
  })
}
