import { type IncomingMessage, ServerResponse } from 'node:http'
import { request as httpsRequest } from 'node:https'
import type { Socket } from 'node:net'
import type { HttpRequest, HttpResponse, Upgrade } from '../base/index.ts'
import { respond, toRequest } from './http1-exchange.ts'
import type { ServerContext } from './server-context.ts'
import { splice, TcpConnection } from './net.ts'
import { connectionError, type TlsOptions, tlsMaterial } from './tls.ts'

/** How long the other side may take to end its half of a connection that we are done with. */
const LINGER_MS = 2000

/** Serves a request that asks for another protocol (RFC 9110 §7.8). Never rejects. */
export async function serveUpgrade(
  context: ServerContext,
  incoming: IncomingMessage,
  { socket, head }: { socket: Socket; head: Uint8Array },
): Promise<void> {
  const controller = new AbortController()
  const { signal } = controller
  context.active.add(controller)
  socket.on('close', () => controller.abort(new Error('the client went away')))
  signal.addEventListener('abort', () => socket.destroy(), { once: true })
  try {
    const response = await context.handler(toRequest(incoming, signal))
    if (response.upgrade) {
      const connection = new TcpConnection(socket)
      await connection.write(headOf(response))
      if (head.length > 0) socket.unshift(head)
      await response.upgrade(connection)
      await ended(socket)
    } else {
      await refuse(incoming, { socket, response, signal })
    }
  } catch (error) {
    const fields = { error, method: incoming.method, url: incoming.url }
    if (signal.aborted) context.log.debug('an upgraded connection broke', fields)
    else context.log.error('request failed', fields)
  } finally {
    socket.destroy()
    context.active.delete(controller)
  }
}

function headOf({ headers }: HttpResponse): Uint8Array {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  return Buffer.from(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('')}\r\n`)
}

/** An ordinary answer, after which the connection ends. */
async function refuse(
  incoming: IncomingMessage,
  { socket, response, signal }: { socket: Socket; response: HttpResponse; signal: AbortSignal },
): Promise<void> {
  const outgoing = new ServerResponse(incoming)
  outgoing.shouldKeepAlive = false
  outgoing.assignSocket(socket)
  const finished = new Promise((resolve) => {
    outgoing.once('finish', resolve)
    socket.once('close', resolve)
  })
  await respond(response, outgoing, signal)
  await finished
  outgoing.detachSocket(socket)
  await ended(socket)
}

/**
 * Ends a connection and waits for the other side to do so: one that is destroyed with bytes unread
 * is reset, and what the other side has not read by then is lost.
 */
function ended(socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) {
      resolve()
      return
    }
    const timer = setTimeout(resolve, LINGER_MS)
    socket.once('close', () => {
      clearTimeout(timer)
      resolve()
    })
    socket.end()
    socket.resume()
  })
}

/**
 * Asks a server for another protocol, over a connection of its own. Throws `ConnectionError`
 * (nothing that may be made again has been sent unless it says so), or the signal's reason.
 */
export function requestUpgrade(
  request: HttpRequest,
  to: { url: string; tls: TlsOptions; connectTimeoutMs: number },
): Promise<HttpResponse> {
  const { signal } = request
  return new Promise((resolve, reject) => {
    const { certPem, ...authority } = to.tls
    const outgoing = httpsRequest(new URL(request.url, to.url), {
      ...(certPem === '' ? { ca: authority.caPem } : tlsMaterial(to.tls)),
      method: request.method,
      headers: request.headers,
      agent: false,
    })
    let connected = false
    const timer = setTimeout(
      () => outgoing.destroy(new Error('connecting timed out')),
      to.connectTimeoutMs,
    )
    const onAbort = () => outgoing.destroy()
    signal.addEventListener('abort', onAbort, { once: true })
    const finish = () => {
      clearTimeout(timer)
      signal.removeEventListener('abort', onAbort)
    }
    outgoing.on('socket', (socket) => {
      socket.once('secureConnect', () => {
        connected = true
        clearTimeout(timer)
      })
    })
    outgoing.on('error', (error) => {
      finish()
      const reason: unknown = signal.reason
      reject(signal.aborted ? reason : connectionError(to.url, error, { sent: connected }))
    })
    outgoing.on('upgrade', (incoming, socket: Socket, head) => {
      finish()
      if (head.length > 0) socket.unshift(head)
      resolve(upgraded(incoming, socket, signal))
    })
    outgoing.on('response', (incoming) => {
      finish()
      resolve({
        status: incoming.statusCode ?? 0,
        headers: toRequest(incoming, signal).headers,
        body: incoming,
      })
    })
    if (signal.aborted) onAbort()
    outgoing.end()
  })
}

/** A server's answer that it speaks the other protocol from now on. */
export function upgraded(
  incoming: IncomingMessage,
  socket: Socket,
  signal: AbortSignal,
): HttpResponse {
  const mine = new TcpConnection(socket)
  const onAbort = () => socket.destroy()
  signal.addEventListener('abort', onAbort, { once: true })
  socket.once('close', () => signal.removeEventListener('abort', onAbort))
  const { headers } = toRequest(incoming, signal)
  const upgrade: Upgrade = (other) => {
    socket.once('close', () => setTimeout(() => other.destroy(), LINGER_MS).unref())
    return splice(other, mine)
  }
  return { status: 101, headers, body: undefined, upgrade }
}
