import { type ClientHttp2Session, type ClientHttp2Stream, connect, constants } from 'node:http2'
import {
  ConnectionError,
  type HttpHeaders,
  type HttpRequest,
  type HttpResponse,
} from '../base/index.ts'
import { clientContext, connectionError, type TlsOptions } from './tls.ts'

const WINDOW_BYTES = 4 * 1024 * 1024
const CONNECTION_WINDOW_BYTES = 32 * 1024 * 1024
/** A server that leaves a ping unanswered for so long is given up: it may have been stopped. */
const PING_EVERY_MS = 3000
const PING_TIMEOUT_MS = 5000

export interface Http2EndpointOptions {
  readonly url: string
  readonly tls: TlsOptions
  readonly connectTimeoutMs: number
}

/** One server and the connection to it: made when first needed, shared by all requests. */
export class Http2Endpoint {
  readonly url: string
  readonly #options: Http2EndpointOptions
  #session: Promise<ClientHttp2Session> | undefined
  #closed = false

  constructor(options: Http2EndpointOptions) {
    this.url = options.url
    this.#options = options
  }

  async request(request: HttpRequest): Promise<HttpResponse> {
    if (this.#closed) throw new ConnectionError(`${this.url}: client closed`, { sent: false })
    request.signal.throwIfAborted()
    const session = await this.#connected()
    request.signal.throwIfAborted()
    return exchange(this.url, session, request)
  }

  close(): void {
    this.#closed = true
    this.reconnect()
  }

  /** Breaks the connection; the next request makes another. */
  reconnect(): void {
    void this.#session?.then((session) => session.destroy()).catch(() => undefined)
  }

  #connected(): Promise<ClientHttp2Session> {
    if (this.#session) return this.#session
    const opening = openSession(this.#options, () => {
      if (this.#session === opening) this.#session = undefined
    })
    this.#session = opening
    return opening
  }
}

/** RFC 9113 §6.8: a server that goes away has not acted on streams above the last one it names. */
const lastStreams = new WeakMap<ClientHttp2Session, number>()

/** `onGone` is called once, when the session can take no more requests. */
function openSession(
  { url, tls, connectTimeoutMs }: Http2EndpointOptions,
  onGone: () => void,
): Promise<ClientHttp2Session> {
  return new Promise((resolve, reject) => {
    const session = connect(url, {
      secureContext: clientContext(tls),
      ALPNProtocols: ['h2'],
      settings: { initialWindowSize: WINDOW_BYTES, enablePush: false },
      maxSessionMemory: 256,
    })
    const fail = (error: unknown) => {
      clearTimeout(timer)
      onGone()
      session.destroy()
      reject(connectionError(url, error, { sent: false }))
    }
    const timer = setTimeout(() => fail(new Error('connecting timed out')), connectTimeoutMs)
    session.on('error', fail)
    session.on('close', () => fail(new Error('connection closed')))
    session.on('goaway', (_code: number, lastStreamId: number) => {
      lastStreams.set(session, lastStreamId)
      onGone()
    })
    session.once('connect', () => {
      // It may have failed between the handshake and this word of it, which comes a tick later.
      if (session.destroyed) return
      clearTimeout(timer)
      session.setLocalWindowSize(CONNECTION_WINDOW_BYTES)
      watchOver(session)
      resolve(session)
    })
  })
}

/** Breaks a connection whose other side has fallen silent without closing it. */
function watchOver(session: ClientHttp2Session): void {
  let unanswered: NodeJS.Timeout | undefined
  const timer = setInterval(() => {
    if (unanswered || session.destroyed || session.closed) return
    unanswered = setTimeout(() => session.destroy(), PING_TIMEOUT_MS)
    session.ping(() => {
      clearTimeout(unanswered)
      unanswered = undefined
    })
  }, PING_EVERY_MS)
  timer.unref()
  session.once('close', () => {
    clearInterval(timer)
    clearTimeout(unanswered)
  })
}

function exchange(
  url: string,
  session: ClientHttp2Session,
  request: HttpRequest,
): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { host: _, connection: __, 'transfer-encoding': ___, ...headers } = request.headers
    const { body, signal } = request
    let stream: ClientHttp2Stream
    try {
      stream = session.request(
        { ...headers, ':method': request.method, ':path': request.url },
        { endStream: body === undefined },
      )
    } catch (error) {
      reject(connectionError(url, error, { sent: false }))
      return
    }
    const onAbort = () => {
      stream.close(constants.NGHTTP2_CANCEL)
      reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
    const fail = (error: Error) => {
      const refused = (stream.id ?? Infinity) > (lastStreams.get(session) ?? Infinity)
      const sent = !refused && stream.rstCode !== constants.NGHTTP2_REFUSED_STREAM
      reject(connectionError(url, error, { sent }))
    }
    stream.on('error', fail)
    stream.on('close', () => {
      signal.removeEventListener('abort', onAbort)
      fail(new Error('connection closed before the response'))
    })
    stream.on('response', (received) => {
      const status = Number(received[':status'])
      resolve({ status, headers: plainHeaders(received), body: readResponse(url, stream) })
    })
    if (body !== undefined) void send(stream, body)
  })
}

async function send(stream: ClientHttp2Stream, body: Uint8Array | AsyncIterable<Uint8Array>) {
  if (body instanceof Uint8Array) {
    stream.end(body)
    return
  }
  try {
    for await (const chunk of body) {
      if (stream.destroyed) return
      if (!stream.write(chunk)) await new Promise((resolve) => stream.once('drain', resolve))
    }
    stream.end()
  } catch {
    // The server must not take a request that was cut for a whole one.
    stream.close(constants.NGHTTP2_CANCEL)
  }
}

async function* readResponse(url: string, stream: ClientHttp2Stream): AsyncGenerator<Uint8Array> {
  try {
    for await (const chunk of stream.iterator({ destroyOnReturn: false })) yield chunk as Buffer
    // Node ends the body of a broken connection as if it were whole.
    if (stream.aborted || stream.rstCode !== constants.NGHTTP2_NO_ERROR) {
      throw new Error('connection closed in the middle of the response')
    }
  } catch (error) {
    throw connectionError(url, error, { sent: true })
  } finally {
    if (!stream.closed) stream.close(constants.NGHTTP2_CANCEL)
  }
}

function plainHeaders(received: Readonly<Record<string, unknown>>): HttpHeaders {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(received)) {
    if (!name.startsWith(':') && value !== undefined)
      headers[name] = Array.isArray(value) ? value.join(', ') : `${value as string | number}`
  }
  return headers
}
