import type { IncomingMessage, ServerResponse } from 'node:http'
import { TLSSocket } from 'node:tls'
import type { HttpHeaders, HttpRequest, HttpResponse } from '../base/index.ts'
import { writeBody } from './http-body.ts'
import type { ServerContext } from './server-context.ts'
import { tlsClient } from './tls.ts'

/** One request and its response over HTTP/1.1. Never rejects. */
export async function serveHttp1(
  context: ServerContext,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const controller = new AbortController()
  context.active.add(controller)
  // 'close' comes after every exchange; before the end of the response it means a lost client.
  outgoing.on('close', () => {
    if (!outgoing.writableFinished) controller.abort(new Error('the client went away'))
  })
  incoming.on('error', (error) => controller.abort(error))
  outgoing.on('error', (error) => controller.abort(error))
  try {
    const response = await context.handler(toRequest(incoming, controller.signal))
    if (controller.signal.aborted && outgoing.destroyed) return
    await respond(response, outgoing, controller.signal)
  } catch (error) {
    context.log.error('request failed', { error, method: incoming.method, url: incoming.url })
    if (!outgoing.headersSent) outgoing.writeHead(500, { 'content-type': 'text/plain' })
    // A response that was begun cannot be told from a whole one unless the connection breaks.
    else outgoing.destroy()
    outgoing.end('internal server error\n')
  } finally {
    context.active.delete(controller)
  }
}

/** Sends a response whole. Throws what its body throws. */
export async function respond(
  response: HttpResponse,
  outgoing: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { body } = response
  const bytes = body instanceof Uint8Array
  outgoing.writeHead(response.status, {
    ...(bytes ? { 'content-length': String(body.length) } : {}),
    ...response.headers,
    ...(response.cookies && { 'set-cookie': [...response.cookies] }),
  })
  if (body === undefined || outgoing.req.method === 'HEAD') outgoing.end()
  else if (body instanceof Uint8Array) outgoing.end(body)
  else {
    outgoing.flushHeaders()
    await writeBody(body, outgoing, signal)
  }
}

export function toRequest(incoming: IncomingMessage, signal: AbortSignal): HttpRequest {
  const { socket } = incoming
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (value !== undefined) headers[name] = Array.isArray(value) ? value.join(', ') : value
  }
  return {
    method: incoming.method ?? 'GET',
    url: incoming.url ?? '/',
    headers,
    body: hasBody(headers) ? incoming.iterator({ destroyOnReturn: false }) : undefined,
    ...(socket instanceof TLSSocket && { secure: true, ...tlsClient(socket) }),
    ...(socket.remoteAddress ? { remoteAddress: socket.remoteAddress } : {}),
    signal,
  }
}

function hasBody(headers: HttpHeaders): boolean {
  if (headers['transfer-encoding'] !== undefined) return true
  return headers['content-length'] !== undefined && headers['content-length'] !== '0'
}
