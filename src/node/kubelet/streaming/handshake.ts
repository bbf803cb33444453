import {
  type HttpRequest,
  type HttpResponse,
  type Upgrade,
  webSocketHandshake,
} from '../../../base/index.ts'

const SPDY = 'SPDY/3.1'

/** An answer that ends the matter. */
export function refuse(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const type = { 'content-type': 'text/plain; charset=utf-8' }
  return { status, headers: { ...type, ...headers }, body: Buffer.from(message) }
}

/**
 * The server's part of RFC 6455 §4.2, with the first of the client's protocols that we speak: the
 * empty one where it names none.
 */
export function chooseWebSocket(
  request: HttpRequest,
  spoken: readonly string[],
  upgrade: (protocol: string) => Upgrade,
): HttpResponse {
  const { refusal, accepted } = webSocketHandshake(request)
  if (refusal) return refuse(refusal.status, refusal.message, refusal.headers)
  const offered = words(request.headers['sec-websocket-protocol'])
  const wanted = offered.length === 0 ? [''] : offered
  const protocol = wanted.find((name) => spoken.includes(name))
  if (protocol === undefined) return refuse(400, noProtocol(offered, spoken))
  return {
    status: 101,
    headers: { ...accepted, ...(protocol && { 'sec-websocket-protocol': protocol }) },
    body: undefined,
    upgrade: upgrade(protocol),
  }
}

/** The handshake of client-go's `httpstream`. */
export function chooseSpdy(
  request: HttpRequest,
  spoken: string,
  upgrade: () => Upgrade,
): HttpResponse {
  const { headers } = request
  const wanted = headers['upgrade'] ?? ''
  if (wanted.toLowerCase() !== SPDY.toLowerCase()) {
    const text = `unable to upgrade: "${wanted}" is not spoken here: ask for ${SPDY} or websocket`
    return refuse(400, text)
  }
  const offered = words(headers['x-stream-protocol-version'])
  if (!offered.includes(spoken)) {
    const accepted = { 'x-accepted-stream-protocol-versions': spoken }
    return refuse(403, noProtocol(offered, [spoken]), accepted)
  }
  return {
    status: 101,
    headers: { upgrade: SPDY, connection: 'Upgrade', 'x-stream-protocol-version': spoken },
    body: undefined,
    upgrade: upgrade(),
  }
}

const words = (list = ''): string[] => list.split(',').flatMap((word) => word.trim() || [])

function noProtocol(offered: readonly string[], spoken: readonly string[]): string {
  const client = `client supports [${offered.join(' ')}]`
  const server = `server accepts [${spoken.join(' ')}]`
  return `unable to upgrade: unable to negotiate protocol: ${client}, ${server}`
}
