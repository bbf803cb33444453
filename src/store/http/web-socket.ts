import {
  CLOSE_CODE,
  type HttpRequest,
  type HttpResponse,
  WebSocket,
  WebSocketError,
  webSocketHandshake,
} from '../../base/index.ts'
import { plainText } from './answer.ts'

const NEWLINE = Buffer.from('\n')
/** A browser cannot set headers: it says its token as a protocol. */
const BEARER = 'Bearer'

export function asksForWebSocket({ headers }: HttpRequest): boolean {
  return headers['upgrade']?.toLowerCase() === 'websocket'
}

/**
 * The gateway's streams over a WebSocket, as etcd's (grpc-websocket-proxy): each message of the
 * client is a request, each line of the answer a message.
 */
export function overWebSocket(
  request: HttpRequest,
  post: (request: HttpRequest) => Promise<HttpResponse>,
): HttpResponse {
  const { refusal, accepted } = webSocketHandshake(request)
  if (refusal) return plainText(refusal.status, `${refusal.message}\n`, refusal.headers)
  const token = tokenOf(request)
  return {
    status: 101,
    headers: { ...accepted, ...(token !== undefined && { 'sec-websocket-protocol': BEARER }) },
    body: undefined,
    async upgrade(connection) {
      const socket = new WebSocket(connection)
      const gone = new AbortController()
      const { body } = await post({
        ...request,
        method: 'POST',
        headers: { ...request.headers, ...(token !== undefined && { authorization: token }) },
        body: messagesOf(socket, gone),
        signal: AbortSignal.any([request.signal, gone.signal]),
      })
      await send(socket, body)
      await socket.close(CLOSE_CODE.normal)
    },
  }
}

/** `gone` is told when the client has said its last. */
async function* messagesOf(socket: WebSocket, gone: AbortController): AsyncGenerator<Uint8Array> {
  try {
    for await (const message of socket.messages()) yield Buffer.concat([message, NEWLINE])
  } catch (error) {
    // It was told so already.
    if (!(error instanceof WebSocketError)) throw error
  } finally {
    gone.abort(new Error('the client went away'))
  }
}

async function send(socket: WebSocket, body: HttpResponse['body']): Promise<void> {
  const chunks = body instanceof Uint8Array ? [body] : (body ?? [])
  for await (const chunk of chunks) {
    for (const line of Buffer.from(chunk).toString().split('\n')) {
      if (line !== '') await socket.sendText(line)
    }
  }
}

function tokenOf({ headers }: HttpRequest): string | undefined {
  const [scheme, token] = (headers['sec-websocket-protocol'] ?? '').split(',')
  return scheme?.trim() === BEARER ? token?.trim() : undefined
}
