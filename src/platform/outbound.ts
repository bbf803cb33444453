import { Agent as HttpAgent, type IncomingMessage, request as httpRequest } from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import { isIP, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import {
  ConnectionError,
  type HttpResponse,
  type HttpsCall,
  type HttpsTarget,
  type OutboundRequest,
} from '../base/index.ts'
import { upgraded } from './http1-upgrade.ts'

/** Idle connections that are kept for one server. */
const IDLE_MAX = 8
const IDLE_MS = 30_000

export interface OutboundHttps {
  readonly call: HttpsCall
  /** Ends the connections that are idle. */
  close(): void
}

/** How long a connection may take to come about (Go's default dialer). */
const CONNECT_MS = 30_000

interface Agents {
  readonly plain: HttpAgent
  readonly secure: HttpsAgent
}

/** HTTP/1.1 to servers of others, which all of them speak, over TLS unless they have none. */
export function outboundHttps(): OutboundHttps {
  const kept = { keepAlive: true, maxFreeSockets: IDLE_MAX, timeout: IDLE_MS }
  const agents = { plain: new HttpAgent(kept), secure: new HttpsAgent(kept) }
  return {
    call: (target, request) => send(agents, target, request),
    close() {
      agents.plain.destroy()
      agents.secure.destroy()
    },
  }
}

function send(
  agents: Agents,
  target: HttpsTarget,
  request: OutboundRequest,
): Promise<HttpResponse> {
  const { signal, body } = request
  const { serverName = target.host } = target
  return new Promise((resolve, reject) => {
    const isUpgrade = request.headers['upgrade'] !== undefined
    const agent = target.plain ? agents.plain : agents.secure
    const outgoing = (target.plain ? httpRequest : httpsRequest)({
      // A connection that is taken over is nobody else's.
      agent: isUpgrade ? false : agent,
      host: target.host,
      port: target.port,
      method: request.method,
      path: request.url,
      headers: { ...request.headers, ...repeatedOf(request), ...framingOf(request) },
      // A name alone is sent ahead (RFC 6066 §3); the certificate is checked against either.
      servername: isIP(serverName) === 0 ? serverName : '',
      ...(target.caPem !== undefined && { ca: target.caPem }),
      ...(target.insecure && { rejectUnauthorized: false }),
      ...(target.client && { cert: target.client.certPem, key: target.client.keyPem }),
      signal,
    })
    outgoing.on('socket', (socket) => {
      if (!socket.connecting) return
      const late = Object.assign(new Error('i/o timeout'), { code: 'ETIMEDOUT' })
      const timer = setTimeout(() => outgoing.destroy(late), CONNECT_MS)
      socket.once('connect', () => clearTimeout(timer))
      socket.once('close', () => clearTimeout(timer))
    })
    outgoing.on('response', (incoming) => resolve(toResponse(incoming)))
    outgoing.on('upgrade', (incoming, socket: Socket, head) => {
      if (head.length > 0) socket.unshift(head)
      resolve(upgraded(incoming, socket, signal))
    })
    outgoing.on('error', (error) => {
      const sent = outgoing.socket?.connecting === false
      const failure = new ConnectionError(error.message, { sent, cause: error })
      reject(signal.aborted ? signal.reason : failure)
    })
    if (body === undefined || body instanceof Uint8Array) outgoing.end(body)
    else Readable.from(body).pipe(outgoing)
  })
}

/** How long the body is: Node says nothing of it for methods that seldom have one. */
function framingOf({ headers, body }: OutboundRequest): Record<string, string> {
  if (body === undefined || headers['content-length'] !== undefined) return {}
  if (body instanceof Uint8Array) return { 'content-length': String(body.length) }
  return { 'transfer-encoding': 'chunked' }
}

function repeatedOf({ repeated = {} }: OutboundRequest): Record<string, string[]> {
  return Object.fromEntries(Object.entries(repeated).map(([name, values]) => [name, [...values]]))
}

function toResponse(incoming: IncomingMessage): HttpResponse {
  const headers: Record<string, string> = {}
  const { 'set-cookie': cookies, ...others } = incoming.headers
  for (const [name, value] of Object.entries(others)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  const status = incoming.statusCode ?? 0
  return { status, headers, ...(cookies && { cookies }), body: incoming }
}
