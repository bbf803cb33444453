import {
  constants,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2'
import type { TLSSocket } from 'node:tls'
import type { HttpRequest, HttpResponse, PeerIdentity } from '../base/index.ts'
import { writeBody } from './http-body.ts'
import type { ServerContext } from './https-server.ts'
import { identityOf } from './tls.ts'

/** Forbidden in HTTP/2 (RFC 9113 §8.2.2). */
const HOP_HEADERS = new Set(['connection', 'keep-alive', 'proxy-connection', 'transfer-encoding'])

/** One request and its response over HTTP/2. Never rejects. */
export async function serveHttp2(
  context: ServerContext,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Promise<void> {
  const controller = new AbortController()
  context.active.add(controller)
  const onGone = () => controller.abort(new Error('the client went away'))
  // 'close' alone comes late: only once the request has been read to its end.
  stream.on('aborted', onGone)
  stream.on('close', () => {
    if (!stream.writableFinished) onGone()
  })
  stream.on('error', (error) => controller.abort(error))
  try {
    const response = await context.handler(toRequest(stream, headers, controller.signal))
    await respond(stream, response, { head: headers[':method'] === 'HEAD', controller })
  } catch (error) {
    const { ':method': method, ':path': url } = headers
    context.log.error('request failed', { error, method, url })
    fail(stream)
  } finally {
    context.active.delete(controller)
  }
}

async function respond(
  stream: ServerHttp2Stream,
  response: HttpResponse,
  { head, controller }: { head: boolean; controller: AbortController },
): Promise<void> {
  // respond() throws on a stream that the client has just closed.
  if (stream.destroyed || stream.closed) return
  const { body } = response
  const headers: Record<string, string | number> = { ':status': response.status }
  if (body instanceof Uint8Array) headers['content-length'] = body.length
  for (const [name, value] of Object.entries(response.headers)) {
    if (!HOP_HEADERS.has(name)) headers[name] = value
  }
  const bodyless = body === undefined || head
  stream.respond(headers, { endStream: bodyless })
  if (!bodyless) {
    if (body instanceof Uint8Array) stream.end(body)
    else await writeBody(body, stream, controller.signal)
  }
  // RFC 9113 §8.1: what is left of the request need not be sent.
  if (!stream.readableEnded) stream.resume()
}

function fail(stream: ServerHttp2Stream): void {
  if (stream.destroyed || stream.closed) return
  if (stream.headersSent) {
    stream.close(constants.NGHTTP2_INTERNAL_ERROR)
    return
  }
  stream.respond({ ':status': 500, 'content-type': 'text/plain' })
  stream.end('internal server error\n')
}

interface Client {
  readonly identity?: PeerIdentity
  readonly remoteAddress?: string
}

// One lookup per connection: reading the certificate parses it anew each time.
const clients = new WeakMap<ServerHttp2Session, Client>()

function clientOf(session: ServerHttp2Session | undefined): Client {
  if (session === undefined || session.destroyed) return {}
  const known = clients.get(session)
  if (known) return known
  const { socket } = session
  // Here HTTP/2 is always over TLS; the session shows its socket through a proxy without `in`.
  const identity = identityOf(socket as TLSSocket)
  const client = {
    ...(identity ? { identity } : {}),
    ...(socket.remoteAddress ? { remoteAddress: socket.remoteAddress } : {}),
  }
  clients.set(session, client)
  return client
}

function toRequest(
  stream: ServerHttp2Stream,
  incoming: IncomingHttpHeaders,
  signal: AbortSignal,
): HttpRequest {
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming)) {
    if (value === undefined || name.startsWith(':')) continue
    headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  if (incoming[':authority'] !== undefined) headers['host'] ??= incoming[':authority']
  return {
    method: incoming[':method'] ?? 'GET',
    url: incoming[':path'] ?? '/',
    headers,
    body: stream.endAfterHeaders ? undefined : stream.iterator({ destroyOnReturn: false }),
    ...clientOf(stream.session as ServerHttp2Session | undefined),
    signal,
  }
}
