import {
  CLOSE_CODE,
  type Connection,
  type HttpRequest,
  type HttpResponse,
  WebSocket,
  WebSocketError,
  webSocketHandshake,
} from '../../base/index.ts'
import { handshakeOf } from './hop-headers.ts'

/** Whether a client wants the answer over a WebSocket (RFC 6455). */
export function wantsWebSocket({ headers }: Pick<HttpRequest, 'headers'>): boolean {
  return handshakeOf(headers).upgrade?.toLowerCase() === 'websocket'
}

/**
 * A log over a WebSocket, as the bytes come, after an empty message; with the protocol
 * `base64.binary.k8s.io` as text in base64 (upstream: `wsstream.Reader`).
 */
export function bytesOverWebSocket(
  request: HttpRequest,
  body: AsyncIterable<Uint8Array> | Uint8Array,
): HttpResponse {
  const offered = protocolsOf(request)
  const protocol = offered.length === 0 ? '' : offered.find((name) => BYTE_PROTOCOLS.has(name))
  if (protocol === undefined) {
    const spoken = [...BYTE_PROTOCOLS].join(' ')
    const what = `requested protocol(s) are not supported: [${offered.join(' ')}]`
    return refusal(400, `${what}; supports [${spoken}]`)
  }
  async function* messages(): AsyncGenerator<Uint8Array> {
    yield new Uint8Array(0)
    if (body instanceof Uint8Array) {
      if (body.length > 0) yield body
    } else yield* body
  }
  return overWebSocket(request, messages(), {
    protocol,
    send: (socket, data) =>
      protocol === BASE64
        ? socket.sendText(Buffer.from(data).toString('base64'))
        : socket.send(data),
  })
}

/** A watch over a WebSocket: each event is a message, and text where its format is. */
export function eventsOverWebSocket(
  request: HttpRequest,
  batches: AsyncIterable<readonly Uint8Array[]>,
  { asText }: { asText: boolean },
): HttpResponse {
  const [protocol = '', ...others] = protocolsOf(request)
  async function* events(): AsyncGenerator<Uint8Array> {
    // Messages have lengths of their own.
    for await (const batch of batches) {
      for (const event of batch) yield asText ? event : event.subarray(FRAME_LENGTH_BYTES)
    }
  }
  return overWebSocket(request, events(), {
    protocol: others.length === 0 ? protocol : '',
    send: (socket, event) =>
      asText ? socket.sendText(Buffer.from(event).toString()) : socket.send(event),
  })
}

/** With which a client shows who it is; it is spoken by nobody. */
const TOKEN_PROTOCOL = 'base64url.bearer.authorization.k8s.io.'
/** The length before each event of a watch in protobuf. */
const FRAME_LENGTH_BYTES = 4
const BASE64 = 'base64.binary.k8s.io'
const BYTE_PROTOCOLS = new Set(['', 'binary.k8s.io', BASE64])

function overWebSocket(
  request: HttpRequest,
  messages: AsyncIterable<Uint8Array>,
  options: {
    protocol: string
    send: (socket: WebSocket, message: Uint8Array) => Promise<void>
  },
): HttpResponse {
  const { accepted, refusal: wrong } = webSocketHandshake(request)
  if (wrong) return refusal(wrong.status, wrong.message, wrong.headers)
  const { protocol, send } = options
  return {
    status: 101,
    headers: { ...accepted, ...(protocol && { 'sec-websocket-protocol': protocol }) },
    body: undefined,
    async upgrade(connection) {
      const socket = new WebSocket(connection)
      const tell = async () => {
        for await (const message of messages) await send(socket, message)
        await socket.close(CLOSE_CODE.normal)
      }
      await Promise.race([tell(), untilBroken(socket, connection)])
    },
  }
}

/**
 * What the client sends is not heard; that it goes ends the request. Resolves when it broke the
 * rules: the server then gives it time to read why, and ends the connection and the request.
 */
async function untilBroken(socket: WebSocket, connection: Connection): Promise<void> {
  try {
    for await (const _ of socket.messages());
  } catch (error) {
    if (error instanceof WebSocketError) return
  }
  connection.destroy()
  await new Promise<never>(() => {})
}

/** What a client would speak; how it shows who it is stays here. */
export function protocolsOf({ headers }: Pick<HttpRequest, 'headers'>): string[] {
  const words = (headers['sec-websocket-protocol'] ?? '').split(',').map((word) => word.trim())
  return words.filter((word) => word !== '' && !word.startsWith(TOKEN_PROTOCOL))
}

function refusal(
  status: number,
  message: string,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const type = { 'content-type': 'text/plain; charset=utf-8' }
  return { status, headers: { ...type, ...headers }, body: Buffer.from(message) }
}
